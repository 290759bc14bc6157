from decimal import Decimal
from pathlib import Path

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql") / "bills.sql"

UNDO = """
drop function bills_bill_whole() cascade;
drop function bills_bill_frozen() cascade;
drop trigger bills_bill_keep on bills_bill;
drop trigger bills_billevent_keep on bills_billevent;
alter table bills_billevent
    drop constraint bills_billevent_bill_fk,
    drop constraint bills_billevent_document_fk,
    drop constraint bills_billevent_item_before_fk,
    drop constraint bills_billevent_undoes_fk;
alter table bills_bill
    drop constraint bills_bill_customer_fk,
    drop constraint bills_bill_document_fk,
    drop constraint bills_bill_item_fk,
    drop constraint bills_bill_parent_fk;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0012_revalue_from"),
        ("customers", "0010_pairs"),
        ("ledger", "0011_bill_accounts"),
        ("receipts", "0007_write_offs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("bank", "Bank acceptance bill"),
                            ("commercial", "Commercial acceptance bill"),
                            ("other", "Other bill or note"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(max_length=40, verbose_name="number")),
                ("first_cent", models.BigIntegerField(db_default=0, default=0, verbose_name="sub-interval from")),
                ("last_cent", models.BigIntegerField(db_default=0, default=0, verbose_name="sub-interval to")),
                ("drawer", models.CharField(blank=True, default="", max_length=200, verbose_name="drawer")),
                ("acceptor", models.CharField(max_length=200, verbose_name="acceptor")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("due_on", models.DateField(verbose_name="due date")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                ("received_on", models.DateField(verbose_name="received on")),
                ("starts_at", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=20)),
                ("with_recourse", models.BooleanField(db_default=False, default=False, verbose_name="with recourse")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "Held"),
                            ("endorsed", "Endorsed"),
                            ("discounted", "Discounted"),
                            ("paid", "Paid"),
                            ("dishonoured", "Dishonoured"),
                            ("split", "Split"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        db_default="held",
                        default="held",
                        max_length=12,
                        verbose_name="state",
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
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="ledger.document",
                        verbose_name="document in the book",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bills",
                        to="ledger.item",
                        verbose_name="open item",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="bills.bill",
                        verbose_name="split from",
                    ),
                ),
            ],
            options={
                "verbose_name": "bill of exchange",
                "verbose_name_plural": "bills of exchange",
                "ordering": ("due_on", "id"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="BillEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("received", "received"),
                            ("endorsed", "endorsed"),
                            ("discounted", "discounted"),
                            ("settled", "paid by the acceptor"),
                            ("dishonoured", "dishonoured"),
                            ("split", "split"),
                            ("undone", "undone"),
                        ],
                        max_length=12,
                        verbose_name="what was done",
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                ("party", models.CharField(blank=True, default="", max_length=200, verbose_name="other party")),
                (
                    "interest",
                    models.DecimalField(
                        db_default=0, decimal_places=3, default=0, max_digits=20, verbose_name="interest"
                    ),
                ),
                ("state_before", models.CharField(blank=True, default="", max_length=12)),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="note")),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="recorded at"
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="bills.bill",
                        verbose_name="bill of exchange",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
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
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.document",
                        verbose_name="document in the book",
                    ),
                ),
                (
                    "item_before",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.item",
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="bills.billevent",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a bill",
                "verbose_name_plural": "events of bills",
                "ordering": ("bill", "id"),
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["company", "due_on", "id"], name="bills_bill_due"),
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["company", "customer"], name="bills_bill_customer"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="bills_bill_company_key"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="bills_bill_amount_positive"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gte", models.F("issued_on"))), name="bills_bill_due_after_issue"
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_cent", 0), ("last_cent", 0)),
                    models.Q(
                        (
                            "amount",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("last_cent"), "-", models.F("first_cent")
                                    ),
                                    "+",
                                    models.Value(1),
                                ),
                                "*",
                                models.Value(Decimal("0.01")),
                            ),
                        ),
                        ("first_cent__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="bills_bill_interval_is_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["split", "withdrawn"]), _negated=True),
                fields=("company", "number", "first_cent"),
                name="bills_bill_once",
                violation_error_message="This bill is registered already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="billevent",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="bills_billevent_company_key"),
        ),
        migrations.AddConstraint(
            model_name="billevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "undone"), ("undoes__isnull", False)),
                    models.Q(models.Q(("kind", "undone"), _negated=True), ("undoes__isnull", True)),
                    _connector="OR",
                ),
                name="bills_billevent_undoing",
            ),
        ),
        migrations.RunSQL(SQL.read_text("utf-8"), UNDO),
    ]
