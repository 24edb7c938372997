"""What Stripe's own API description says about objects and requests."""
