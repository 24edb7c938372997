def words(client, path: str) -> str:
    """A page's source, on one line."""
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())
