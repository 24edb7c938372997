"""Mail that is owed, sent, sent back, and looked at beforehand."""
