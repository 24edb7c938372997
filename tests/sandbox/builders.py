"""Parameters that the tests change from."""

from datetime import UTC, datetime

SUCCESS = "https://site.example/thanks?session={CHECKOUT_SESSION_ID}"
CANCEL = "https://site.example/join"


def one_time(amount=2500, currency="eur", name="A gift", **changes):
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    base = {"mode": "payment", "line_items": [{"price_data": price, "quantity": 1}]}
    return base | {"success_url": SUCCESS, "cancel_url": CANCEL} | changes


def subscribing(amount=1000, currency="eur", interval="month", name="Supporter", **changes):
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    price["recurring"] = {"interval": interval}
    base = {"mode": "subscription", "line_items": [{"price_data": price, "quantity": 1}]}
    return base | {"success_url": SUCCESS, "cancel_url": CANCEL} | changes


def instant(year, month, day, hour=12, minute=0):
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def monthly(client, amount=1000, currency="eur", interval="month", name="Supporter"):
    """The id of a new price."""
    recurring = {"currency": currency, "unit_amount": amount, "recurring": {"interval": interval}}
    return client.prices.create(recurring | {"product_data": {"name": name}}).id


def new_customer(client, card="pm_card_visa", **fields):
    """The id of a customer who pays with a card, if there is one."""
    customer = client.customers.create(fields)
    if card:
        charge_from_now_on(client, customer.id, card)
    return customer.id


def charge_from_now_on(client, customer, card):
    """Attach a test card to the customer and make it their default; gives its id."""
    method = client.payment_methods.attach(card, {"customer": customer})
    client.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
    return method.id


def subscribed(client, customer=None, price=None, **fields):
    """A new subscription of a customer who pays with a good card."""
    wanted = {
        "customer": customer or new_customer(client),
        "items": [{"price": price or monthly(client)}],
    }
    return client.subscriptions.create(wanted | fields)
