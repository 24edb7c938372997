"""`make bench`: what the hot paths cost, beside the least that they could cost, in the same run."""
