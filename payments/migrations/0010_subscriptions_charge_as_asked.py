from django.db import migrations
from django.db.models import OuterRef, Subquery


def charge_as_asked(apps, schema_editor):
    """Until now every renewal charged what its checkout asked for."""
    Subscription = apps.get_model("payments", "Subscription")
    Checkout = apps.get_model("payments", "Checkout")
    asked = Checkout.objects.filter(pk=OuterRef("checkout"))
    Subscription.objects.update(
        amount=Subquery(asked.values("amount")),
        currency=Subquery(asked.values("currency")),
        interval=Subquery(asked.values("interval")),
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_what_subscriptions_charge")]

    operations = [migrations.RunPython(charge_as_asked, migrations.RunPython.noop)]
