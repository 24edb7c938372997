"""Parameters that the tests change from."""

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
