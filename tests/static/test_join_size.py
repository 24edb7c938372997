"""What a phone loads of ours to join: everything, over HTTP, as a production site serves it."""

import gzip
import re
import threading
import urllib.request
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.test import override_settings

from demo.seeding.campaign import seed_campaign
from demo.seeding.catalogue import seed_catalogue

MOST = 30_000
_LOADED = re.compile(
    r"""(?:<link rel="(?:stylesheet|icon)"[^>]*href|<script[^>]*src|<img[^>]*src)="([^"]+)\""""
)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *said):
        pass


@pytest.fixture
def production(transactional_db, tmp_path):
    """A server with the files collected, hashed and compressed."""
    stored = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    default = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    with override_settings(
        STORAGES={"default": default, "staticfiles": stored},
        STATIC_ROOT=tmp_path,
        WHITENOISE_USE_FINDERS=False,
    ):
        call_command("collectstatic", "--noinput", "--ignore=admin", "--ignore=*.map", verbosity=0)
        server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=_Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def load(url):
    """What comes over the wire."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "br, gzip"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def test_whole_join_page_is_at_most_thirty_kilobytes(production):
    seed_catalogue()
    seed_campaign()
    page = load(f"{production}/join/")
    loaded = sorted(set(_LOADED.findall(gzip.decompress(page).decode())))
    sizes = {"/join/": len(page)} | {path: len(load(production + path)) for path in loaded}
    assert {"css", "js", "svg"} <= {path.rpartition(".")[2] for path in sizes}
    assert sum(sizes.values()) <= MOST, sizes
