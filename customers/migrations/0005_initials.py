from django.db import migrations

from customers.pinyin import initials

BATCH = 2000


def fill(apps, schema_editor):
    """The initials of every Chinese name that is there already; safe to run again."""
    customers = apps.get_model("customers", "Customer").objects
    rows = customers.filter(initials="").only("pk", "name", "name_local").order_by("pk")
    batch = []
    for row in rows.iterator(chunk_size=BATCH):
        row.initials = initials(row.name_local, row.name)
        if row.initials:
            batch.append(row)
        if len(batch) == BATCH:
            customers.bulk_update(batch, ["initials"])
            batch = []
    customers.bulk_update(batch, ["initials"])


class Migration(migrations.Migration):
    dependencies = [("customers", "0004_master_data")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
