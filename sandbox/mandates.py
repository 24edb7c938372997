"""Mandates: a payer's permission to debit their bank account."""

from sandbox.ids import token
from sandbox.types import Json
from sandbox.work import Work


def mandate_of(work: Work, method: Json) -> str:
    """Return the id of the mandate for a bank account, given when it is first used."""
    if "_mandate" not in method:
        method["_mandate"] = _new(work, method)["id"]
        work.save(method)
    return str(method["_mandate"])


def _new(work: Work, method: Json) -> Json:
    mandate = work.draft(
        "mandate",
        customer_acceptance={
            "accepted_at": work.now,
            "online": {"ip_address": "127.0.0.1", "user_agent": "Stripe sandbox"},
            "type": "online",
        },
        multi_use={},
        payment_method=method["id"],
        status="active",
        type="multi_use",
    )
    terms = {"reference": token(16).upper(), "url": f"{work.base_url}/mandates/{mandate['id']}"}
    mandate["payment_method_details"] = {"sepa_debit": terms, "type": "sepa_debit"}
    work.save(mandate)
    return mandate
