"""Stripe's API as the outside world speaks it: plain HTTP, none of the platform's code and none of the SDK's."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

PAGE = 100


class Refused(Exception):
    """Stripe's answer was no."""


class StripeApi:
    """One sandbox."""

    def __init__(self, base_url: str, key: str):
        self._address = urlsplit(base_url).netloc
        self._key = key

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._ask("GET", f"{path}?{urlencode(params)}" if params else path)

    def post(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Parameters as they stand in a form: `{"card[token]": "tok_visa"}`."""
        form = urlencode(params or {})
        return self._ask("POST", path, form, {"Content-Type": "application/x-www-form-urlencoded"})

    def delete(self, path: str) -> dict[str, Any]:
        return self._ask("DELETE", path)

    def switch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """A switch of the sandbox, under /_sandbox/."""
        return self._ask("POST", f"/_sandbox/{path}", json.dumps(body), {"Content-Type": "application/json"})

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Every object of a list, newest first."""
        found: list[dict[str, Any]] = []
        while True:
            after = {"starting_after": found[-1]["id"]} if found else {}
            page = self.get(path, limit=PAGE, **params, **after)
            found += page["data"]
            if not page["has_more"]:
                return found

    def _ask(
        self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        connection = HTTPConnection(self._address, timeout=120)
        connection.request(
            method, path, body=body, headers={"Authorization": f"Bearer {self._key}"} | (headers or {})
        )
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        connection.close()
        if answer.status != 200:
            raise Refused(f"{method} {path}: {answer.status} {told}")
        return told
