from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from payments.ledger import guards


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """SQLite makes a changed table anew, without its triggers; PostgreSQL learns a new one."""
    guards.remove(schema_editor.connection)
    guards.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("payments", "0004_money_that_goes_back")]

    operations = [migrations.RunPython(install, install)]
