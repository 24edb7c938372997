"""Judges of the Stripe sandbox: what Stripe itself publishes says whether an answer could be Stripe's."""
