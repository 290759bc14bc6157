"""What is owed: invoices, credit notes and their instalments."""
