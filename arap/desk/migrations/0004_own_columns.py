import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0006_files_never_change"), ("desk", "0003_import_keys")]
    operations = [
        migrations.AddField("import", "layout", models.JSONField(null=True, verbose_name="columns")),
        migrations.AddField(
            "import",
            "encoding",
            models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="encoding"),
        ),
        migrations.CreateModel(
            name="KeptLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("headings", models.CharField(max_length=64)),
                ("layout", models.JSONField(verbose_name="columns")),
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
                "verbose_name": "kept columns",
                "verbose_name_plural": "kept columns",
                "ordering": ["name"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(fields=("company", "id"), name="desk_keptlayout_company_key"),
                    models.UniqueConstraint(fields=("company", "name"), name="desk_keptlayout_name"),
                ],
            },
        ),
    ]
