from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "write_offs.sql"

UNDO = """
drop function receipts_recovery_whole() cascade;
drop function receipts_writeoff_whole() cascade;
drop function receipts_writeoff_frozen() cascade;
drop trigger receipts_writeoff_keep on receipts_writeoff;
drop trigger receipts_recovery_keep on receipts_recovery;
alter table receipts_recovery
    drop constraint receipts_recovery_document_fk,
    drop constraint receipts_recovery_write_off_fk;
alter table receipts_writeoff
    drop constraint receipts_writeoff_document_fk,
    drop constraint receipts_writeoff_item_fk,
    drop constraint receipts_writeoff_evidence_fk;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0011_on_discount"),
        ("ledger", "0005_withheld_tax"),
        ("receipts", "0006_settling"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WriteOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("insolvency", "insolvency of the customer"),
                            ("uncollectible", "enforcement without result"),
                            ("limitation", "limitation has passed"),
                            ("settlement", "settled with the customer"),
                            ("untraceable", "customer cannot be found"),
                            ("cost", "collecting costs more than it brings"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                ("explanation", models.CharField(max_length=500, verbose_name="explanation")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "To approve"),
                            ("posted", "Written off"),
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
                    "tax",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=3,
                        default=0,
                        max_digits=20,
                        verbose_name="output tax that came back",
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
                        related_name="bad_debt",
                        to="ledger.document",
                        verbose_name="document in the book",
                    ),
                ),
                (
                    "evidence",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.storedfile",
                        verbose_name="evidence",
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
            ],
            options={
                "verbose_name": "write-off",
                "verbose_name_plural": "write-offs",
                "ordering": ("-id",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Recovery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                (
                    "recovered_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="recorded at"
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
                    "document",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recovery",
                        to="ledger.document",
                        verbose_name="document in the book",
                    ),
                ),
                (
                    "recovered_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "write_off",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="receipts.writeoff",
                        verbose_name="write-off",
                    ),
                ),
            ],
            options={
                "verbose_name": "recovery",
                "verbose_name_plural": "recoveries",
                "ordering": ("write_off", "id"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WriteOffBand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "above",
                    models.DecimalField(
                        decimal_places=3,
                        help_text="In base currency; 0 means every one.",
                        max_digits=20,
                        verbose_name="write-offs above",
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
                "verbose_name": "approval of write-offs",
                "verbose_name_plural": "approvals of write-offs",
                "ordering": ["company", "above"],
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="writeoff",
            index=models.Index(fields=["company", "-id"], name="receipts_writeoff_latest"),
        ),
        migrations.AddIndex(
            model_name="writeoff",
            index=models.Index(
                condition=models.Q(("state", "requested")), fields=["company", "id"], name="receipts_writeoff_waiting"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="receipts_writeoff_company_key"),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)),
                name="receipts_writeoff_amount_positive",
                violation_error_message="Write off an amount above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("document__isnull", True), ("state__in", ["requested", "rejected"])),
                    models.Q(("document__isnull", False), ("state__in", ["posted", "reversed"])),
                    _connector="OR",
                ),
                name="receipts_writeoff_posted_has_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("required_role", ""),
                    models.Q(("state__in", ["posted", "reversed"]), _negated=True),
                    models.Q(
                        ("decided_by__isnull", False), models.Q(("decided_by", models.F("requested_by")), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="receipts_writeoff_second_person",
                violation_error_message="Who asked for a write-off cannot approve it.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="receipts_recovery_company_key"),
        ),
        migrations.AddConstraint(
            model_name="recovery",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="receipts_recovery_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoffband",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="receipts_writeoffband_company_key"),
        ),
        migrations.AddConstraint(
            model_name="writeoffband",
            constraint=models.UniqueConstraint(
                fields=("company", "above"),
                name="receipts_writeoffband_once",
                violation_error_message="This amount has a band already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="writeoffband",
            constraint=models.CheckConstraint(
                condition=models.Q(("above__gte", 0)),
                name="receipts_writeoffband_not_negative",
                violation_error_message="A limit is zero or above.",
            ),
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
