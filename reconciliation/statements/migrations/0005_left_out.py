import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UNSENT = [
    ("no_address", "Nobody receives statements"),
    ("inactive", "Customer is inactive"),
    ("nothing", "Nothing to say: no balance and no movement"),
    ("stopped", "Stopped"),
    ("excluded", "Left out by a person"),
]


class Migration(migrations.Migration):
    dependencies = [("statements", "0004_monthly"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField(
            "statement",
            "left_out_by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="left out by",
            ),
        ),
        migrations.AddField(
            "statement",
            "left_out_reason",
            models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="left out because"),
        ),
        migrations.AlterField(
            "statement",
            "unsent",
            models.CharField(
                blank=True, choices=UNSENT, db_default="", default="", max_length=12, verbose_name="not sent because"
            ),
        ),
        migrations.AlterField(
            "statementskipped", "reason", models.CharField(choices=UNSENT, max_length=12, verbose_name="reason")
        ),
        migrations.AddConstraint(
            "statement",
            models.CheckConstraint(
                condition=~models.Q(unsent="excluded")
                | (models.Q(left_out_by__isnull=False) & ~models.Q(left_out_reason="")),
                name="statements_statement_left_out",
            ),
        ),
    ]
