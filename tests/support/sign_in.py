import re


def code_in(message) -> str:
    """The sign-in code in a mail."""
    (code,) = re.findall(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", message.body, re.MULTILINE)
    return code
