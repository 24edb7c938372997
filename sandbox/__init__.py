"""A local stand-in for Stripe: a development tool, never imported by the platform. See README.md."""
