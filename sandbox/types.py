"""Names for the shapes that travel through the sandbox."""

from typing import Any

Json = dict[str, Any]
"""A Stripe object or a validated set of parameters, as JSON would show it."""
