"""The official Stripe CLI's trigger recipes, and a runner that plays them against any API base."""
