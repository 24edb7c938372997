"""Mandates over the API."""

from sandbox.resources.common import retrievable

retrievable("mandate", "/v1/mandates", "mandate")
