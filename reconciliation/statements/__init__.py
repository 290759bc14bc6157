"""Statements of account: what a customer is told they owe, as it was told."""
