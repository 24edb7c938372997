"""Donations, and the reminders that donors asked for."""
