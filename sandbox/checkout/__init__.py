"""Checkout Sessions: opened by the API, paid on the hosted page, completed or expired."""
