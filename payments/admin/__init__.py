"""Money is read here and never written."""

from payments.admin import books, catalogue, returned, taken, watching
from payments.admin.base import ReadOnlyAdmin

__all__ = ["ReadOnlyAdmin", "books", "catalogue", "returned", "taken", "watching"]
