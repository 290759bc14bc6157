from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0010_audit_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="taxcode",
            name="on_discount",
            field=models.CharField(
                blank=True,
                choices=[("keep", "stays as invoiced"), ("reduce", "is reduced with the discount")],
                db_default="",
                default="",
                help_text="Empty: as usual in the company’s country. China keeps it; Germany and the UK reduce it.",
                max_length=6,
                verbose_name="output tax of a cash discount",
            ),
        ),
    ]
