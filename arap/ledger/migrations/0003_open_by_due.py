from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_the_book")]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("open_amount__gt", 0)),
                fields=["company", "due_on", "document"],
                name="ledger_item_due",
            ),
        ),
    ]
