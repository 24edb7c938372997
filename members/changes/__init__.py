"""What becomes of a membership, who asked for it, and how it is told."""
