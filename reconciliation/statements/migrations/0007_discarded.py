import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("making", "Being made"),
    ("rendering", "PDFs being made"),
    ("ready", "Ready to send"),
    ("released", "Released"),
    ("stopped", "Stopped"),
    ("discarded", "Discarded"),
]


class Migration(migrations.Migration):
    dependencies = [("statements", "0006_made_once"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField(
            "statementrun",
            "discarded_by",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="discarded by",
            ),
        ),
        migrations.AddField(
            "statementrun",
            "discarded_at",
            models.DateTimeField(blank=True, null=True, verbose_name="discarded at"),
        ),
        migrations.AddField(
            "statementrun",
            "discarded_reason",
            models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="discarded because"),
        ),
        migrations.AlterField(
            "statementrun",
            "state",
            models.CharField(choices=STATES, default="making", max_length=10, verbose_name="state"),
        ),
        migrations.RemoveConstraint("statementrun", "statements_run_state"),
        migrations.AddConstraint(
            "statementrun",
            models.CheckConstraint(
                condition=Q(state__in=[code for code, _label in STATES]), name="statements_run_state"
            ),
        ),
        migrations.RemoveConstraint("statementrun", "statements_run_once"),
        migrations.AddConstraint(
            "statementrun",
            models.UniqueConstraint(
                condition=~Q(state="discarded"),
                fields=("company", "as_of", "kind", "language", "segment"),
                name="statements_run_once",
            ),
        ),
        migrations.AddConstraint(
            "statementrun",
            models.CheckConstraint(
                condition=~Q(state="discarded")
                | (Q(discarded_by__isnull=False, discarded_at__isnull=False) & ~Q(discarded_reason="")),
                name="statements_run_discarded",
            ),
        ),
    ]
