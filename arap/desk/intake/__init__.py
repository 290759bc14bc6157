"""Customers, invoices, credit notes and receipts out of files: judged row by row, then written thousands at a time."""
