"""Payments that failed, or that will: what readers are told, and the links that need no sign-in."""
