"""The only place that imports `stripe`. All else sees the frozen dataclasses of `gateway.facts`."""
