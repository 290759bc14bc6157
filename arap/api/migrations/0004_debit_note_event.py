import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0003_webhook_schedule"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="event",
            field=models.CharField(
                choices=[
                    ("invoice.posted", "Invoice posted"),
                    ("debit_note.posted", "Debit note posted"),
                    ("credit_note.posted", "Credit note posted"),
                    ("receipt.posted", "Receipt posted"),
                    ("invoice.paid", "Invoice paid"),
                ],
                max_length=40,
                verbose_name="event",
            ),
        ),
        migrations.AlterField(
            model_name="webhook",
            name="events",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("invoice.posted", "Invoice posted"),
                        ("debit_note.posted", "Debit note posted"),
                        ("credit_note.posted", "Credit note posted"),
                        ("receipt.posted", "Receipt posted"),
                        ("invoice.paid", "Invoice paid"),
                    ],
                    max_length=40,
                ),
                size=None,
                verbose_name="events",
            ),
        ),
    ]
