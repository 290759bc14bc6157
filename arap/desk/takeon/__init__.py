"""Take-on of history: customers, invoices, credit notes and how they were settled, from one file."""
