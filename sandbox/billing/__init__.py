"""Subscriptions and invoices: who owes what for which period, and what a payment or its failure changes."""
