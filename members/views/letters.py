"""A mail, shown in a frame on a page of ours."""

from csp.constants import NONE, SELF

SCHEMES = {"light": "not all", "dark": "all"}
"""What stands in for the media query that asks for the dark, to show a mail as it looks to somebody else."""

# A mail in a frame of ours: its own styles, pictures from anywhere, links that open beside us, and nothing that runs.
LETTER_POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "img-src": [SELF, "https:", "data:"],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def in_a_frame(html: str) -> str:
    """The mail with links that lead out of the frame."""
    return html.replace("<head>", '<head><base target="_blank">', 1)


def in_scheme(html: str, scheme: str) -> str:
    """The mail as it looks to who prefers the light or the dark, whatever this browser prefers."""
    if scheme not in SCHEMES:
        return html
    return html.replace("(prefers-color-scheme: dark)", SCHEMES[scheme]).replace("light dark", scheme)
