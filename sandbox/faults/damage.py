"""What a bad line does to bytes."""

from collections.abc import Callable

DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "flipped": lambda body: (
        body[: len(body) // 2] + bytes([body[len(body) // 2] ^ 0x80]) + body[len(body) // 2 + 1 :]
    ),
    "truncated": lambda body: body[: len(body) // 2],
    "empty": lambda body: b"",
}


def damaged(body: bytes, damage: str | None) -> bytes:
    """Return the bytes as they arrive; no damage leaves them as they are."""
    return DAMAGES[damage](body) if damage else body
