import datetime
from pathlib import Path

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0003_china_calendar"),
        ("customers", "0002_database_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            Path(__file__).with_name("sql").joinpath("span.sql").read_text(encoding="utf-8"),
            "drop function ledger_open_span(date, date, numeric)",
        ),
        migrations.CreateModel(
            name="Book",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="book",
                        serialize=False,
                        to="core.company",
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
                ("recorded_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "book",
                "verbose_name_plural": "books",
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(verbose_name="position")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invoice", "Invoice"),
                            ("debit_note", "Debit note"),
                            ("credit_note", "Credit note"),
                            ("receipt", "Receipt"),
                            ("refund", "Customer refund"),
                            ("discount", "Cash discount"),
                            ("write_off", "Write-off"),
                            ("recovery", "Recovery of bad debt"),
                            ("charge", "Late charge"),
                            ("bank_charge", "Bank charge"),
                            ("withholding", "Withholding tax"),
                            ("bill", "Bill of exchange"),
                            ("netting", "AR-AP netting"),
                            ("transfer", "Transfer between customers"),
                            ("reschedule", "Extension"),
                            ("exchange", "Currency exchange"),
                            ("fx", "Exchange difference"),
                            ("opening", "Opening balance"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="number")),
                ("series_year", models.SmallIntegerField(null=True)),
                ("series_no", models.IntegerField(null=True)),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("rate", models.DecimalField(decimal_places=10, max_digits=20, verbose_name="exchange rate")),
                ("total", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="total")),
                (
                    "base_total",
                    models.DecimalField(decimal_places=3, max_digits=20, verbose_name="total in base currency"),
                ),
                ("document_on", models.DateField(verbose_name="document date")),
                ("posted_on", models.DateField(verbose_name="posting date")),
                ("item_count", models.IntegerField()),
                ("line_count", models.IntegerField()),
                ("reason_code", models.CharField(blank=True, max_length=40, verbose_name="reason")),
                ("text_digest", models.BinaryField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "reverses",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.document",
                    ),
                ),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
            },
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, verbose_name="code")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_local", models.CharField(blank=True, max_length=120, verbose_name="local name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("receivable", "Accounts receivable"),
                            ("advances", "Advances from customers"),
                            ("bills", "Notes receivable"),
                            ("unidentified", "Unidentified receipts"),
                            ("receivable_adjustment", "Receivables revaluation"),
                            ("bank", "Bank"),
                            ("revenue", "Revenue"),
                            ("output_tax", "Output tax"),
                            ("fx_gain_loss", "Exchange gain or loss"),
                            ("discount", "Cash discount"),
                            ("write_off", "Credit loss"),
                            ("bank_charge", "Bank charges"),
                            ("rounding", "Rounding"),
                            ("opening", "Opening balances"),
                        ],
                        max_length=24,
                        verbose_name="role",
                    ),
                ),
                ("is_control", models.BooleanField(default=False, verbose_name="control account")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="accounts", to="core.company"
                    ),
                ),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
                "ordering": ("company", "code"),
            },
        ),
        migrations.CreateModel(
            name="Application",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(verbose_name="position")),
                ("effective_on", models.DateField(verbose_name="effective on")),
                ("policy", models.CharField(max_length=40, verbose_name="policy")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                (
                    "undoes",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="ledger.application",
                    ),
                ),
            ],
            options={
                "verbose_name": "application",
                "verbose_name_plural": "applications",
            },
        ),
        migrations.CreateModel(
            name="DocumentText",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="ledger.document",
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=140, verbose_name="reference")),
                ("memo", models.TextField(blank=True, verbose_name="memo")),
                ("salt", models.BinaryField()),
            ],
            options={
                "verbose_name": "document text",
                "verbose_name_plural": "document texts",
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(verbose_name="position")),
                ("line", models.SmallIntegerField(verbose_name="line")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                (
                    "base_amount",
                    models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount in base currency"),
                ),
                ("posted_on", models.DateField(verbose_name="posting date")),
                ("document_on", models.DateField(verbose_name="document date")),
                ("due_on", models.DateField(verbose_name="due date")),
                ("original_due_on", models.DateField(verbose_name="original due date")),
                ("aged_from_on", models.DateField(verbose_name="aged from")),
                ("open_amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="open amount")),
                (
                    "open_base_amount",
                    models.DecimalField(decimal_places=3, max_digits=20, verbose_name="open amount in base currency"),
                ),
                ("first_effective_on", models.DateField(default=datetime.date(9999, 12, 31))),
                ("last_effective_on", models.DateField()),
                ("last_position", models.BigIntegerField()),
                (
                    "settled_on",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(open_amount=0, then=models.F("last_effective_on")),
                            default=models.Value(datetime.date(9999, 12, 31)),
                        ),
                        output_field=models.DateField(verbose_name="settled on"),
                    ),
                ),
                (
                    "open_span",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            "posted_on", "last_effective_on", "open_amount", function="ledger_open_span"
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="ledger.document",
                    ),
                ),
                (
                    "origin_item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.item",
                    ),
                ),
            ],
            options={
                "verbose_name": "item",
                "verbose_name_plural": "items",
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(verbose_name="position")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                (
                    "base_amount",
                    models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount in base currency"),
                ),
                ("effective_on", models.DateField(verbose_name="effective on")),
                ("aged_from_on", models.DateField(verbose_name="aged from")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="ledger.application",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closings",
                        to="ledger.document",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="ledger.entry",
                    ),
                ),
                (
                    "counter_item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.item",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="ledger.item",
                    ),
                ),
            ],
            options={
                "verbose_name": "entry",
                "verbose_name_plural": "entries",
            },
        ),
        migrations.CreateModel(
            name="JournalLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(verbose_name="position")),
                ("line", models.IntegerField(verbose_name="line")),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("amount", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount")),
                (
                    "base_amount",
                    models.DecimalField(decimal_places=3, max_digits=20, verbose_name="amount in base currency"),
                ),
                ("posted_on", models.DateField(verbose_name="posting date")),
                ("tax_code", models.CharField(blank=True, max_length=20, verbose_name="tax code")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "application",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.application",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="ledger.document",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.item",
                    ),
                ),
            ],
            options={
                "verbose_name": "journal line",
                "verbose_name_plural": "journal lines",
            },
        ),
        migrations.CreateModel(
            name="Posting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField(default=0, verbose_name="position")),
                ("recorded_at", models.DateTimeField(null=True, verbose_name="recorded at")),
                ("verb", models.CharField(max_length=60, verbose_name="verb")),
                ("idempotency_key", models.CharField(max_length=120, null=True, verbose_name="idempotency key")),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.company"
                    ),
                ),
            ],
            options={
                "verbose_name": "posting",
                "verbose_name_plural": "postings",
                "ordering": ("company", "position"),
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_position", models.BigIntegerField()),
                ("to_position", models.BigIntegerField()),
                ("row_count", models.BigIntegerField()),
                ("previous", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("sealed_at", models.DateTimeField(verbose_name="sealed at")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seals", to="core.company"
                    ),
                ),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "ordering": ("company", "to_position"),
            },
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("company", "code"), name="ledger_account_code"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("company", "role"), name="ledger_account_role"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="ledger_account_company_id"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["company", "position"], name="ledger_application_position"),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                fields=("company", "id", "position"), name="ledger_application_company_id"
            ),
        ),
        migrations.AddField(
            model_name="documenttext",
            name="company",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.company",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["company", "position"], name="ledger_document_position"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["company", "customer", "posted_on"], name="ledger_document_customer"),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["company", "number"], name="ledger_document_by_number"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("company", "kind", "number"), name="ledger_document_number"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("series_no__isnull", False)),
                fields=("company", "kind", "series_year", "series_no"),
                name="ledger_document_series",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(fields=("company", "id", "position"), name="ledger_document_company_id"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("reverses",),
                name="ledger_document_reversed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="ledger_document_rate"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("line_count__gt", 1)), name="ledger_document_has_lines"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "total",
                        models.Func("total", models.Func("currency", function="core_minor_unit"), function="round"),
                    )
                ),
                name="ledger_document_minor_unit",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=django.contrib.postgres.indexes.BTreeIndex(
                condition=models.Q(("open_amount", 0), _negated=True),
                fields=["company", "customer"],
                include=(
                    "currency",
                    "account",
                    "aged_from_on",
                    "document_on",
                    "posted_on",
                    "amount",
                    "open_amount",
                    "first_effective_on",
                    "last_effective_on",
                    "position",
                    "last_position",
                    "id",
                ),
                name="ledger_item_open",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=django.contrib.postgres.indexes.BTreeIndex(
                condition=models.Q(("open_amount", 0)),
                fields=["company", "open_span", "posted_on", "settled_on"],
                name="ledger_item_settled",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["company", "customer", "settled_on"], name="ledger_item_customer"),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["company", "last_position"], name="ledger_item_last_position"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("company", "id", "currency"), name="ledger_item_company_id"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("document", "line"), name="ledger_item_line"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="ledger_item_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        models.Func("amount", models.Func("currency", function="core_minor_unit"), function="round"),
                    )
                ),
                name="ledger_item_minor_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("open_amount__gte", 0), ("open_amount__lte", models.F("amount"))),
                    models.Q(("amount__lt", 0), ("open_amount__gte", models.F("amount")), ("open_amount__lte", 0)),
                    _connector="OR",
                ),
                name="ledger_item_open_amount",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("base_amount__gte", 0),
                        ("open_base_amount__gte", 0),
                        ("open_base_amount__lte", models.F("base_amount")),
                    ),
                    models.Q(
                        ("base_amount__lte", 0),
                        ("open_base_amount__gte", models.F("base_amount")),
                        ("open_base_amount__lte", 0),
                    ),
                    _connector="OR",
                ),
                name="ledger_item_open_base",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("open_amount", 0), _negated=True), ("open_base_amount", 0), _connector="OR"
                ),
                name="ledger_item_no_base_left",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["item", "effective_on"], include=("amount", "base_amount", "position"), name="ledger_entry_item"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("document__isnull", False)), fields=["document"], name="ledger_entry_document"
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["company", "customer", "effective_on"], name="ledger_entry_customer"),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="ledger_entry_not_zero"
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("application__isnull", False), ("counter_item__isnull", False), ("document__isnull", True)
                    ),
                    models.Q(
                        ("application__isnull", True), ("counter_item__isnull", True), ("document__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="ledger_entry_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        models.Func("amount", models.Func("currency", function="core_minor_unit"), function="round"),
                    )
                ),
                name="ledger_entry_minor_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("application__isnull", False)),
                fields=("application", "item", "counter_item"),
                name="ledger_entry_application",
            ),
        ),
        migrations.AddIndex(
            model_name="journalline",
            index=django.contrib.postgres.indexes.BTreeIndex(
                fields=["company", "account", "posted_on"],
                include=("currency", "customer", "amount", "base_amount", "position"),
                name="ledger_line_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="journalline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("application__isnull", True), ("document__isnull", False)),
                    models.Q(("application__isnull", False), ("document__isnull", True)),
                    _connector="OR",
                ),
                name="ledger_line_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="journalline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("document__isnull", False)),
                fields=("document", "line"),
                name="ledger_line_document",
            ),
        ),
        migrations.AddConstraint(
            model_name="journalline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("application__isnull", False)),
                fields=("application", "line"),
                name="ledger_line_application",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["company", "recorded_at"], name="ledger_posting_recorded"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(fields=("company", "position"), name="ledger_posting_position"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(fields=("company", "idempotency_key"), name="ledger_posting_once"),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(fields=("company", "from_position"), name="ledger_seal_from"),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.UniqueConstraint(fields=("company", "to_position"), name="ledger_seal_to"),
        ),
        migrations.AddConstraint(
            model_name="seal",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_position__gte", models.F("from_position"))), name="ledger_seal_range"
            ),
        ),
        migrations.AddIndex(
            model_name="documenttext",
            index=models.Index(fields=["company", "reference"], name="ledger_text_reference"),
        ),
    ]
