"""`make demo`: the whole platform on this machine, with a Stripe sandbox and a seeded newsroom."""
