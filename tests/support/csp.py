def directives(response) -> dict[str, list[str]]:
    """A response's Content-Security-Policy: directive → sources."""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";") if part.strip()]
    return {name: sources for name, *sources in parts}
