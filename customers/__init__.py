"""Who owes: customers, groups, contacts, payer accounts and payment terms."""
