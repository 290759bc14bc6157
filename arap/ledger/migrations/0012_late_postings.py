from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0014_soft_close"),
        ("ledger", "0011_bill_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="LatePosting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(verbose_name="position")),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                        verbose_name="company",
                    ),
                ),
                (
                    "exception",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.periodexception",
                        verbose_name="period exception",
                    ),
                ),
                (
                    "period",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.period",
                        verbose_name="period",
                    ),
                ),
            ],
            options={
                "verbose_name": "late posting",
                "verbose_name_plural": "late postings",
                "ordering": ["position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="ledger_lateposting_company_key"),
                    models.UniqueConstraint(fields=("company", "position", "period"), name="ledger_lateposting_once"),
                ],
            },
        ),
        migrations.RunSQL((SQL / "soft_close.sql").read_text(), (SQL / "soft_close_undone.sql").read_text()),
    ]
