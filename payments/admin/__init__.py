"""Money is read here and never written."""

from payments.admin import books, returned, taken, watching
from payments.admin.base import ReadOnlyAdmin

__all__ = ["ReadOnlyAdmin", "books", "returned", "taken", "watching"]
