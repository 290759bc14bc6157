from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "arrangements.sql"

UNDO = """
drop function receipts_arrangement_whole() cascade;
drop function receipts_arrangement_frozen() cascade;
drop trigger receipts_arrangement_keep on receipts_arrangement;
alter table receipts_arrangement
    drop constraint receipts_arrangement_document_fk,
    drop constraint receipts_arrangement_item_fk,
    drop constraint receipts_arrangement_to_customer_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_revalue_from"),
        ("customers", "0010_pairs"),
        ("ledger", "0010_payables_clearing"),
        ("receipts", "0007_write_offs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Arrangement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exchange", "Settlement in another currency"),
                            ("transfer", "Transfer between customers"),
                            ("netting", "AR-AP netting"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20, null=True, verbose_name="agreed rate")),
                ("settles", models.JSONField(db_default={}, default=dict, verbose_name="settles")),
                (
                    "reference",
                    models.CharField(blank=True, db_default="", default="", max_length=140, verbose_name="agreement"),
                ),
                (
                    "explanation",
                    models.CharField(blank=True, db_default="", default="", max_length=500, verbose_name="explanation"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "To approve"),
                            ("posted", "In force"),
                            ("rejected", "Rejected"),
                            ("reversed", "Undone"),
                        ],
                        db_default="requested",
                        default="requested",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "required_role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("clerk", "Clerk"),
                            ("collector", "Collector"),
                            ("credit_manager", "Credit manager"),
                            ("controller", "Controller"),
                            ("auditor", "Auditor"),
                            ("administrator", "Administrator"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="approved by",
                    ),
                ),
                (
                    "requested_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="requested at",
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True, verbose_name="decided at")),
                (
                    "decision",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="why it was decided so"
                    ),
                ),
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
                    "decided_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrangement",
                        to="ledger.document",
                        verbose_name="document in the book",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.item",
                        verbose_name="open item",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="requested by",
                    ),
                ),
                (
                    "to_customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                        verbose_name="to the customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "arrangement",
                "verbose_name_plural": "arrangements",
                "ordering": ("-id",),
                "abstract": False,
                "indexes": [
                    models.Index(fields=["company", "-id"], name="receipts_arrangement_latest"),
                    models.Index(
                        condition=models.Q(("state", "requested")),
                        fields=["company", "id"],
                        name="receipts_arrangement_wait",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="receipts_arrangement_company_key"),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="receipts_arrangement_amount_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "exchange"),
                                ("rate__gt", 0),
                                ("to_customer__isnull", True),
                                models.Q(("settles", {}), _negated=True),
                            ),
                            models.Q(
                                ("kind", "transfer"),
                                ("rate__isnull", True),
                                ("settles", {}),
                                ("to_customer__isnull", False),
                            ),
                            models.Q(
                                ("kind", "netting"),
                                ("rate__isnull", True),
                                ("settles", {}),
                                ("to_customer__isnull", True),
                                models.Q(("reference", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="receipts_arrangement_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("document__isnull", True), ("state__in", ["requested", "rejected"])),
                            models.Q(("document__isnull", False), ("state__in", ["posted", "reversed"])),
                            _connector="OR",
                        ),
                        name="receipts_arrangement_posted_has_document",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("required_role", ""),
                            models.Q(("state__in", ["posted", "reversed"]), _negated=True),
                            models.Q(
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="receipts_arrangement_second_person",
                        violation_error_message="Who asked for an arrangement cannot approve it.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArrangementBand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("exchange", "Settlement in another currency"),
                            ("transfer", "Transfer between customers"),
                            ("netting", "AR-AP netting"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "above",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="In base currency; 0 means every one.",
                        max_digits=20,
                        verbose_name="arrangements above",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("credit_manager", "Credit manager"), ("controller", "Controller")],
                        max_length=20,
                        verbose_name="approved by",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "approval of arrangements",
                "verbose_name_plural": "approvals of arrangements",
                "ordering": ["company", "kind", "above"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="receipts_arrangementband_company_key"),
                    models.UniqueConstraint(
                        fields=("company", "kind", "above"),
                        name="receipts_arrangementband_once",
                        violation_error_message="This amount has a band already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("above__gte", 0)),
                        name="receipts_arrangementband_not_negative",
                        violation_error_message="A limit is zero or above.",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
