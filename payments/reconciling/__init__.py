"""Asks Stripe what became of things when no event tells us. The same recording, no second logic."""
