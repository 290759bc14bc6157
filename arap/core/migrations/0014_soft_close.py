from pathlib import Path

import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_practice_company"),
    ]

    operations = [
        migrations.CreateModel(
            name="CloseExplanation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("check_key", models.CharField(max_length=40, verbose_name="check")),
                (
                    "facts",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="found"),
                ),
                ("text", models.CharField(max_length=500, verbose_name="explanation")),
                (
                    "explained_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="explained at",
                    ),
                ),
            ],
            options={
                "verbose_name": "explanation of a close",
                "verbose_name_plural": "explanations of a close",
                "ordering": ["-pk"],
                "abstract": False,
            },
        ),
        migrations.RemoveConstraint(
            model_name="period",
            name="core_period_closed_by_someone",
        ),
        migrations.AddField(
            model_name="period",
            name="open_to",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                db_default=[],
                default=list,
                editable=False,
                size=None,
                verbose_name="open to",
            ),
        ),
        migrations.AlterField(
            model_name="period",
            name="state",
            field=models.CharField(
                choices=[("open", "Open"), ("soft", "Soft closed"), ("closed", "Closed")],
                db_default="open",
                default="open",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("closed_by__isnull", True), ("state", "open")),
                    models.Q(
                        ("closed_at__isnull", False), ("closed_by__isnull", False), ("state__in", ["soft", "closed"])
                    ),
                    _connector="OR",
                ),
                name="core_period_closed_by_someone",
            ),
        ),
        migrations.AddConstraint(
            model_name="period",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("open_to__len__gt", 0), ("state", "soft")),
                    models.Q(models.Q(("state", "soft"), _negated=True), ("open_to__len", 0)),
                    _connector="OR",
                ),
                name="core_period_soft_is_open_to_someone",
            ),
        ),
        migrations.AddField(
            model_name="closeexplanation",
            name="company",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.company",
                verbose_name="company",
            ),
        ),
        migrations.AddField(
            model_name="closeexplanation",
            name="explained_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="explained by",
            ),
        ),
        migrations.AddField(
            model_name="closeexplanation",
            name="period",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="explanations",
                to="core.period",
                verbose_name="period",
            ),
        ),
        migrations.AddConstraint(
            model_name="closeexplanation",
            constraint=models.UniqueConstraint(fields=("company", "id"), name="core_closeexplanation_company_key"),
        ),
        migrations.AddConstraint(
            model_name="closeexplanation",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="core_closeexplanation_says_something"
            ),
        ),
        migrations.RunSQL((SQL / "explanations.sql").read_text(), (SQL / "explanations_undone.sql").read_text()),
    ]
