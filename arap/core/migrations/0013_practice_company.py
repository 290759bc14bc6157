from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "practice.sql"


class Migration(migrations.Migration):
    dependencies = [("core", "0012_revalue_from")]

    operations = [
        migrations.AddField(
            "company",
            "practice_for",
            models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="practice company of",
            ),
        ),
        migrations.AddField(
            "user",
            "hides_first_hour",
            models.BooleanField(db_default=False, default=False, editable=False, verbose_name="wants no first hour"),
        ),
        migrations.AddConstraint(
            "company",
            models.UniqueConstraint(
                condition=models.Q(is_active=True), fields=["practice_for"], name="core_company_one_practice_each"
            ),
        ),
        migrations.RunSQL(SQL.read_text(), "drop function core_company_keep_practice() cascade"),
    ]
