from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0013_practice_company"),
        ("customers", "0012_bank_accounts"),
        ("invoices", "0008_credit_notes_by_index"),
        ("ledger", "0010_payables_clearing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="invoice",
            name="invoices_invoice_kind",
        ),
        migrations.AlterField(
            model_name="invoice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("invoice", "Invoice"),
                    ("debit_note", "Debit note"),
                    ("credit_note", "Credit note"),
                    ("charge", "Late charge"),
                ],
                db_default="invoice",
                default="invoice",
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["invoice", "debit_note", "credit_note", "charge"])),
                name="invoices_invoice_kind",
            ),
        ),
    ]
