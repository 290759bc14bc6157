import re
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql")
BEFORE = re.findall(r"create function .*?end \$\$;", (SQL / "arrangements.sql").read_text("utf-8"), re.DOTALL)
UNDO = "\n".join(
    [
        "alter table receipts_arrangement drop constraint receipts_arrangement_fallback_fk;",
        *(text.replace("create function", "create or replace function") for text in BEFORE),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_revalue_from"),
        ("customers", "0010_pairs"),
        ("ledger", "0010_payables_clearing"),
        ("receipts", "0008_arrangements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="arrangement",
            name="receipts_arrangement_kind",
        ),
        migrations.RemoveConstraint(
            model_name="arrangement",
            name="receipts_arrangement_posted_has_document",
        ),
        migrations.RemoveConstraint(
            model_name="arrangement",
            name="receipts_arrangement_second_person",
        ),
        migrations.AddField(
            model_name="arrangement",
            name="fallback",
            field=models.OneToOneField(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="ledger.document",
                verbose_name="document that ended it",
            ),
        ),
        migrations.AddField(
            model_name="arrangement",
            name="grace_days",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="days of grace"),
        ),
        migrations.AddField(
            model_name="arrangement",
            name="instalments",
            field=models.JSONField(db_default=[], default=list, verbose_name="instalments"),
        ),
        migrations.AlterField(
            model_name="arrangement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("exchange", "Settlement in another currency"),
                    ("transfer", "Transfer between customers"),
                    ("netting", "AR-AP netting"),
                    ("plan", "Instalment plan"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="arrangement",
            name="state",
            field=models.CharField(
                choices=[
                    ("requested", "To approve"),
                    ("posted", "In force"),
                    ("rejected", "Rejected"),
                    ("reversed", "Undone"),
                    ("broken", "Broken"),
                ],
                db_default="requested",
                default="requested",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AlterField(
            model_name="arrangementband",
            name="kind",
            field=models.CharField(
                choices=[
                    ("exchange", "Settlement in another currency"),
                    ("transfer", "Transfer between customers"),
                    ("netting", "AR-AP netting"),
                    ("plan", "Instalment plan"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("instalments", []),
                        ("kind", "exchange"),
                        ("rate__gt", 0),
                        ("to_customer__isnull", True),
                        models.Q(("settles", {}), _negated=True),
                    ),
                    models.Q(
                        ("instalments", []),
                        ("kind", "transfer"),
                        ("rate__isnull", True),
                        ("settles", {}),
                        ("to_customer__isnull", False),
                    ),
                    models.Q(
                        ("instalments", []),
                        ("kind", "netting"),
                        ("rate__isnull", True),
                        ("settles", {}),
                        ("to_customer__isnull", True),
                        models.Q(("reference", ""), _negated=True),
                    ),
                    models.Q(
                        ("kind", "plan"),
                        ("rate__isnull", True),
                        ("to_customer__isnull", True),
                        models.Q(("settles", {}), _negated=True),
                        models.Q(("instalments", []), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="receipts_arrangement_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document__isnull", True), ("state__in", ["requested", "rejected"])),
                    models.Q(("document__isnull", False), ("state__in", ["posted", "reversed", "broken"])),
                    _connector="OR",
                ),
                name="receipts_arrangement_posted_has_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fallback__isnull", False), ("kind", "plan"), ("state", "broken")),
                    models.Q(models.Q(("state", "broken"), _negated=True), ("fallback__isnull", True)),
                    _connector="OR",
                ),
                name="receipts_arrangement_broken_has_fallback",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("required_role", ""),
                    models.Q(("state__in", ["posted", "reversed", "broken"]), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("requested_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="receipts_arrangement_second_person",
                violation_error_message="Who asked for an arrangement cannot approve it.",
            ),
        ),
        migrations.RunSQL((SQL / "plans.sql").read_text("utf-8"), UNDO),
    ]
