from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0007_bank_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="taxcode",
            name="category",
            field=models.CharField(
                blank=True,
                choices=[
                    ("S", "S: taxed at a rate"),
                    ("Z", "Z: zero rated"),
                    ("E", "E: exempt from tax"),
                    ("AE", "AE: the buyer pays the tax"),
                    ("K", "K: supply within the European Union"),
                    ("G", "G: export, not taxed"),
                    ("O", "O: outside the scope of tax"),
                ],
                db_default="",
                default="",
                help_text="For e-invoices. Empty: S where the rate is above zero, else Z.",
                max_length=2,
                verbose_name="category",
            ),
        ),
        migrations.AddField(
            model_name="taxcode",
            name="exemption_reason",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Printed on invoices, for example: Export, Article 146.",
                max_length=200,
                verbose_name="why no tax",
            ),
        ),
    ]
