"""Members from elsewhere, by a file: `table` reads it, `formats` understand it, `planning` says what would happen,
`running` makes it happen, all or nothing. What it takes to follow Stripe is in `members/importing/adopting.py`."""
