"""Letters that readers ask for."""
