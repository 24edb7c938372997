"""Files of members as Ghost, Patreon and we ourselves export them."""

import csv
import io

GHOST = (
    "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,"
    "created_at,deleted_at,labels,tiers"
)
PATREON = (
    "Name,Email,Discord,Patron Status,Follows You,Free Member,Free Trial,Lifetime Amount,Pledge Amount,"
    "Charge Frequency,Tier,Addressee,Street,City,State,Zip,Country,Phone,Patronage Since Date,Last Charge Date,"
    "Last Charge Status,Additional Details,User ID,Last Updated,Currency,Max Posts,Access Expiration,"
    "Next Charge Date,Full country name,Subscription Source"
)
GROUNDSWELL = (
    "email,tier,origin,starts_on,ends_on,granted_at,campaign,joined_at,"
    "stripe_customer_id,stripe_subscription_id"
)


def ghost(*rows: dict[str, str]) -> bytes:
    usual = {"subscribed_to_emails": "true", "complimentary_plan": "false"}
    return export(GHOST, *({**usual, "created_at": "2024-01-15T10:00:00.000Z"} | row for row in rows))


def patreon(*rows: dict[str, str]) -> bytes:
    usual = {
        "Patron Status": "Active patron",
        "Free Member": "No",
        "Free Trial": "No",
        "Charge Frequency": "monthly",
        "Tier": "Gold",
        "Patronage Since Date": "2024-08-10 13:37:12",
        "Currency": "USD",
    }
    return export(PATREON, *(usual | row for row in rows))


def groundswell(*rows: dict[str, str]) -> bytes:
    return export(GROUNDSWELL, *rows)


def export(header: str, *rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, header.split(","), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
