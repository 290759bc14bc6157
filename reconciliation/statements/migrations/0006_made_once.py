from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "made_once.sql"
UNDO = [
    "drop function statements_require_own() cascade",
    "drop function statements_note_maker() cascade",
    "drop trigger statements_statement_maker_frozen on statements_statement",
    "alter table statements_statement drop column made_in",
    "drop trigger statements_statementrun_keep on statements_statementrun",
    "drop trigger statements_statementskipped_keep on statements_statementskipped",
    "drop trigger statements_statementskipped_frozen on statements_statementskipped",
    "grant delete, truncate on statements_statementrun to arap_app",
    "grant update, delete, truncate on statements_statementskipped to arap_app",
]


def amount(name, **options):
    return models.DecimalField(decimal_places=3, max_digits=20, verbose_name=name, **options)


class Migration(migrations.Migration):
    dependencies = [("statements", "0005_left_out")]
    operations = [
        migrations.AddField(
            "statement", "pdf_attempts", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)
        ),
        migrations.AddIndex(
            "statement",
            models.Index(condition=models.Q(("pdf_state", "waiting")), fields=["id"], name="statements_next"),
        ),
        migrations.CreateModel(
            name="StatementRunTotal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("aging", amount("Aging")),
                ("unidentified", amount("Payer unknown")),
                ("control", amount("Control accounts", null=True)),
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
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="totals",
                        to="statements.statementrun",
                    ),
                ),
            ],
            options={
                "ordering": ["run", "currency"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="statements_statementruntotal_company_key"),
                    models.UniqueConstraint(fields=("run", "currency"), name="statements_total_once"),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(), UNDO),
    ]
