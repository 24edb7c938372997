"""Who has what, and may read what."""
