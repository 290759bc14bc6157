from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_words_may_be_erased")]

    operations = [
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("amount__lt", 0), models.Q(("open_amount", 0), _negated=True)),
                fields=["company", "document_on", "id"],
                name="ledger_item_credit",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                condition=models.Q(("open_amount__gt", 0)),
                fields=["company", "aged_from_on"],
                name="ledger_item_aged",
            ),
        ),
    ]
