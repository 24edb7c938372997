from tests.sandbox.browser import pay, visit
from tests.sandbox.builders import one_time, subscribing

SUCCESS = "https://site.example/thanks?session={CHECKOUT_SESSION_ID}"


def test_payment_checkout_when_paid_completes_with_a_settled_charge(client):
    session = client.checkout.sessions.create(
        one_time(2500, payment_intent_data={"metadata": {"gift": "7"}}, metadata={"kind": "gift"})
    )

    page = pay(session.url)

    paid = client.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    charge = paid.payment_intent.latest_charge
    assert (page.status, page.location) == (303, SUCCESS.replace("{CHECKOUT_SESSION_ID}", session.id))
    assert (paid.status, paid.payment_status, paid.amount_total) == ("complete", "paid", 2500)
    assert paid.customer_details.email == "ada@example.org"
    assert paid.metadata.to_dict() == {"kind": "gift"}
    assert charge.metadata.to_dict() == {"gift": "7"}
    assert (charge.balance_transaction.amount, charge.balance_transaction.fee, charge.balance_transaction.net) == (
        2500,
        103,
        2397,
    )
