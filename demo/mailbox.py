"""The demo's mail goes into files, and this reads them: who tries the demo needs sign-in codes and gift links."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_binary_file, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from demo.mail_files import SUFFIX

_NAME = re.compile(rf"^[\w-]+{re.escape(SUFFIX)}$")


@dataclass(frozen=True, slots=True)
class Mail:
    id: str
    to: str
    subject: str
    sent_at: datetime
    text: str
    html: str


def messages(folder: Path | None = None, limit: int = 100) -> list[Mail]:
    """The newest mails first."""
    files = sorted((folder or _folder()).glob(f"*{SUFFIX}"), reverse=True)
    return [mail for path in files[:limit] if (mail := _read(path))]


def find(message_id: str) -> Mail | None:
    """The mail of that id, if there is one."""
    path = _folder() / message_id
    return _read(path) if _NAME.match(message_id) and path.is_file() else None


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _read(path: Path) -> Mail | None:
    with path.open("rb") as file:
        parsed = message_from_binary_file(file, policy=policy.default)
    if not isinstance(parsed, EmailMessage) or not parsed["date"]:
        return None
    return Mail(
        id=path.name,
        to=str(parsed["to"]),
        subject=str(parsed["subject"]),
        sent_at=parsed["date"].datetime,
        text=_body(parsed, "plain"),
        html=_body(parsed, "html"),
    )


def _body(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""
