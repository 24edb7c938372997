"""The one account that the sandbox plays."""

from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work


@serves("GET /v1/account")
def retrieve(work: Work, params: Json) -> Json:
    return {
        "id": "acct_1GroundswellSandbox",
        "object": "account",
        "business_type": "company",
        "charges_enabled": True,
        "country": "GB",
        "default_currency": "eur",
        "details_submitted": True,
        "email": "sandbox@example.org",
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }
