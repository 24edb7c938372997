"""The oracle: looks in the database for what cannot be, and compares with Stripe. It changes nothing."""
