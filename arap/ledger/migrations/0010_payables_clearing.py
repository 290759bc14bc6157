from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0009_undoing_replacements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="role",
            field=models.CharField(
                choices=[
                    ("receivable", "Accounts receivable"),
                    ("advances", "Advances from customers"),
                    ("bills", "Notes receivable"),
                    ("unidentified", "Unidentified receipts"),
                    ("receivable_adjustment", "Receivables revaluation"),
                    ("bills_adjustment", "Notes receivable revaluation"),
                    ("unidentified_adjustment", "Unidentified receipts revaluation"),
                    ("withheld", "Tax withheld by customers"),
                    ("bank", "Bank"),
                    ("revenue", "Revenue"),
                    ("output_tax", "Output tax"),
                    ("fx_gain_loss", "Exchange gain or loss"),
                    ("unrealised_fx", "Unrealised exchange gain or loss"),
                    ("discount", "Cash discount"),
                    ("write_off", "Credit loss"),
                    ("bank_charge", "Bank charges"),
                    ("rounding", "Rounding"),
                    ("payables_clearing", "Payables netted off"),
                    ("opening", "Opening balances"),
                ],
                max_length=24,
                verbose_name="role",
            ),
        ),
    ]
