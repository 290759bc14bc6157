import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_audit_indexes"),
        ("customers", "0008_nightly_erasing"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="custom",
            field=models.JSONField(blank=True, db_default={}, default=dict, editable=False, verbose_name="own fields"),
        ),
        migrations.CreateModel(
            name="CustomField",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                (
                    "name_local",
                    models.CharField(blank=True, db_default="", default="", max_length=60, verbose_name="local name"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("text", "Text"), ("number", "Number"), ("date", "Date"), ("choice", "Choice")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "choices",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="Of a choice: separated by commas.",
                        size=50,
                        verbose_name="choices",
                    ),
                ),
                ("is_required", models.BooleanField(db_default=False, default=False, verbose_name="required")),
                ("position", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="position")),
                ("is_active", models.BooleanField(db_default=True, default=True, verbose_name="active")),
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
                "verbose_name": "field of customers",
                "verbose_name_plural": "fields of customers",
                "ordering": ["company", "position", "id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="customers_customfield_company_key"),
                    models.UniqueConstraint(
                        fields=("company", "name"),
                        name="customers_customfield_name",
                        violation_error_message="There is a field with this name.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("choices", []), ("kind", "choice"), _negated=True),
                        name="customers_customfield_choices",
                        violation_error_message="A choice needs something to choose from.",
                    ),
                ],
            },
        ),
    ]
