"""Answers remembered under an idempotency key: the same question gets the same answer, another one is refused."""

import hashlib
from dataclasses import dataclass

from sandbox.errors import IdempotencyError
from sandbox.store import Store

LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer, and the request it first answered."""

    status: int
    body: str
    request_id: str
    is_replayed: bool = False


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Reduce a request to what must be the same when its key comes again."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


def recall(store: Store, key: str, print_: str) -> Answer | None:
    """Return the remembered answer, or None; raise if the key was used for something else."""
    if len(key) > LONGEST_KEY:
        raise IdempotencyError(f"Idempotency keys may be at most {LONGEST_KEY} characters.")
    row = store.run("SELECT * FROM answers WHERE key = ?", key).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != print_:
        message = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
        raise IdempotencyError(message)
    return Answer(row["status"], row["body"], row["request_id"], is_replayed=True)


def remember(store: Store, key: str, print_: str, answer: Answer) -> None:
    """Keep an answer; the caller holds the transaction that wrote what the answer tells of."""
    store.run(
        "INSERT INTO answers (key, fingerprint, status, body, request_id) VALUES (?, ?, ?, ?, ?)",
        key, print_, answer.status, answer.body, answer.request_id,
    )  # fmt: skip
