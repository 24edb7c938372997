"""Keeps each mail of the demo in a file of its own, named by when it was sent; Django's own backend may share one."""

import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

SUFFIX = ".eml"


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns()}-{secrets.token_hex(4)}"
            half_written = folder / f"{name}.part"
            half_written.write_bytes(message.message().as_bytes())
            half_written.rename(folder / f"{name}{SUFFIX}")
        return len(email_messages)
