"""Making answers of templates."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.wrappers import Response

HERE = Path(__file__).parent
SEE_OTHER = 303

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
)


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Answer with a template's page."""
    return Response(_templates.get_template(template).render(context), status, mimetype="text/html")


def message(title: str, text: str, *, link: str | None = None, status: int = 200) -> Response:
    """Answer with a page that says one thing, and maybe leads back to the site."""
    return page("message.html", status, title=title, text=text, link=link)


def go(url: str) -> Response:
    return Response(status=SEE_OTHER, headers={"Location": url})
