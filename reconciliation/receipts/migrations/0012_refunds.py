from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "refunds.sql"
UNDO = """
drop trigger receipts_refund_reserved on ledger_item;
drop function receipts_refund_reserved() cascade;
drop function receipts_refund_whole() cascade;
drop function receipts_refund_frozen() cascade;
drop trigger receipts_refund_keep on receipts_refund;
drop trigger receipts_payout_keep on receipts_payout;
alter table receipts_refund
    drop constraint receipts_refund_document_fk,
    drop constraint receipts_refund_item_fk,
    drop constraint receipts_refund_payout_fk,
    drop constraint receipts_refund_account_fk;
alter table receipts_payout
    drop constraint receipts_payout_csv_fk,
    drop constraint receipts_payout_xml_fk,
    drop constraint receipts_payout_bank_account_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0012_revalue_from"),
        ("customers", "0012_bank_accounts"),
        ("ledger", "0008_open_by_age"),
        ("receipts", "0011_payer_pairs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Payout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message_id", models.CharField(max_length=35, verbose_name="message number")),
                ("execute_on", models.DateField(verbose_name="to be carried out on")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("total", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="total")),
                ("count", models.PositiveIntegerField(verbose_name="number of transfers")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="made at"
                    ),
                ),
                (
                    "bank_account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.companybankaccount",
                        verbose_name="our account",
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
                    "csv",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="the same as a table",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
                (
                    "xml",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="file for the bank",
                    ),
                ),
            ],
            options={
                "verbose_name": "pay-out file",
                "verbose_name_plural": "pay-out files",
                "ordering": ("-id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                ("reason", models.CharField(max_length=140, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "To approve"),
                            ("approved", "Approved"),
                            ("ordered", "Ordered from the bank"),
                            ("paid", "Paid"),
                            ("rejected", "Rejected"),
                            ("cancelled", "Cancelled"),
                            ("failed", "Refused by the bank"),
                            ("returned", "Returned"),
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
                    "outcome",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=200, verbose_name="what came of it"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.bankaccount",
                        verbose_name="customer’s bank account",
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
                        related_name="refund",
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
                        verbose_name="credit",
                    ),
                ),
                (
                    "payout",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="receipts.payout",
                        verbose_name="pay-out file",
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
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "ordering": ("-id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RefundBand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "above",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="In base currency; 0 means every one.",
                        max_digits=20,
                        verbose_name="refunds above",
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
                "verbose_name": "approval of refunds",
                "verbose_name_plural": "approvals of refunds",
                "ordering": ["company", "above"],
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="receipts_payout_company_key"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.UniqueConstraint(fields=("company", "message_id"), name="receipts_payout_message"),
        ),
        migrations.AddConstraint(
            model_name="payout",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gt", 0), ("total__gt", 0)), name="receipts_payout_not_empty"
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(fields=["company", "-id"], name="receipts_refund_latest"),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("state__in", ["requested", "approved", "ordered"])),
                fields=["company", "state", "id"],
                name="receipts_refund_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="receipts_refund_company_key"),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="receipts_refund_amount_positive",
                violation_error_message="Refund an amount above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document__isnull", False), ("state__in", ["paid", "returned"])),
                    models.Q(models.Q(("state__in", ["paid", "returned"]), _negated=True), ("document__isnull", True)),
                    _connector="OR",
                ),
                name="receipts_refund_paid_has_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("payout__isnull", False), ("state__in", ["ordered", "paid", "failed", "returned"])),
                    models.Q(
                        models.Q(("state__in", ["ordered", "paid", "failed", "returned"]), _negated=True),
                        ("payout__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="receipts_refund_ordered_by_a_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("required_role", ""),
                    ("state__in", ["requested", "rejected", "cancelled"]),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("requested_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="receipts_refund_second_person",
                violation_error_message="Who asked for a refund cannot approve it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundband",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="receipts_refundband_company_key"),
        ),
        migrations.AddConstraint(
            model_name="refundband",
            constraint=models.UniqueConstraint(
                fields=("company", "above"),
                name="receipts_refundband_once",
                violation_error_message="This amount has a band already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundband",
            constraint=models.CheckConstraint(
                condition=models.Q(("above__gte", 0)),
                name="receipts_refundband_not_negative",
                violation_error_message="A limit is zero or above.",
            ),
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
