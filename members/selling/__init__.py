"""What is on sale, to whom, at what price; joining, and what comes right after it."""
