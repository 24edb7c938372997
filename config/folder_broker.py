"""Celery's broker on a folder of this machine: kombu's, made safe to read while it is written."""

from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Others see a message whole, or not at all."""

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:  # type: ignore[override]
        # kombu writes into the file under its final name: a worker that takes it early dies of half a message.
        folder = Path(self.data_folder_out)
        name = f"{monotonic_ns() // 1_000_000}_{uuid4()}"
        part = folder / f"{name}.part"
        part.write_text(dumps(message))
        part.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """What `filesystem://` means here."""

    Channel = Channel
