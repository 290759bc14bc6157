"""Money in: receipts, their application, and money whose payer is not known yet."""
