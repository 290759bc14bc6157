from pathlib import Path

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0014_soft_close"),
        ("ledger", "0013_reading_by_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="VoucherTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "grouping",
                    models.CharField(
                        choices=[("document", "each document"), ("day", "all of a day"), ("month", "all of a month")],
                        default="document",
                        max_length=10,
                        verbose_name="one voucher for",
                    ),
                ),
                (
                    "word",
                    models.CharField(
                        default="记",
                        help_text="Stands before the number: 记-0001.",
                        max_length=8,
                        verbose_name="voucher word",
                    ),
                ),
                (
                    "by_customer",
                    models.BooleanField(
                        default=True, help_text="In summaries, a line for each customer.", verbose_name="by customer"
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
                "verbose_name": "voucher template",
                "verbose_name_plural": "voucher templates",
                "ordering": ["company", "name"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="VoucherAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, verbose_name="code")),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
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
                    "template",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mapped",
                        to="ledger.vouchertemplate",
                    ),
                ),
            ],
            options={
                "verbose_name": "account of a voucher template",
                "verbose_name_plural": "accounts of voucher templates",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="VoucherBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after_position", models.BigIntegerField(verbose_name="after position")),
                ("to_position", models.BigIntegerField(verbose_name="to position")),
                ("template_name", models.CharField(max_length=60, verbose_name="template")),
                (
                    "grouping",
                    models.CharField(
                        choices=[("document", "each document"), ("day", "all of a day"), ("month", "all of a month")],
                        max_length=10,
                        verbose_name="one voucher for",
                    ),
                ),
                ("word", models.CharField(max_length=8, verbose_name="voucher word")),
                ("by_customer", models.BooleanField(verbose_name="by customer")),
                (
                    "accounts",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="accounts"),
                ),
                ("first_numbers", models.JSONField(verbose_name="first numbers")),
                ("next_numbers", models.JSONField(verbose_name="next numbers")),
                ("voucher_count", models.IntegerField(verbose_name="vouchers")),
                ("line_count", models.IntegerField(verbose_name="lines")),
                ("base_total", models.DecimalField(decimal_places=3, max_digits=20, verbose_name="total")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name="made at"
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
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "voucher batch",
                "verbose_name_plural": "voucher batches",
                "ordering": ["-to_position"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="ledger_voucherbatch_company_key"),
                    models.UniqueConstraint(
                        fields=("company", "after_position"), name="ledger_voucherbatch_begins_once"
                    ),
                    models.UniqueConstraint(fields=("company", "to_position"), name="ledger_voucherbatch_ends_once"),
                    models.CheckConstraint(
                        condition=models.Q(("after_position__gte", 0), ("to_position__gt", models.F("after_position"))),
                        name="ledger_voucherbatch_holds_something",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="vouchertemplate",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="ledger_vouchertemplate_company_key"),
        ),
        migrations.AddConstraint(
            model_name="vouchertemplate",
            constraint=models.UniqueConstraint(
                fields=("company", "name"),
                name="ledger_vouchertemplate_name",
                violation_error_message="There is a template of this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="voucheraccount",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="ledger_voucheraccount_company_key"),
        ),
        migrations.AddConstraint(
            model_name="voucheraccount",
            constraint=models.UniqueConstraint(fields=("template", "account"), name="ledger_voucheraccount_once"),
        ),
        migrations.AddConstraint(
            model_name="voucheraccount",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True), name="ledger_voucheraccount_has_code"
            ),
        ),
        migrations.RunSQL((SQL / "vouchers.sql").read_text(), (SQL / "vouchers_undone.sql").read_text()),
    ]
