"""Processes that share a folder never see half of what another writes."""

import json
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem as kombus_own

from config import folder_broker


@pytest.fixture
def channel(tmp_path):
    """Opens channels on one folder, as each process does."""
    for name in ("queue", "control"):
        (tmp_path / name).mkdir()
    options = {
        "data_folder_in": str(tmp_path / "queue"),
        "data_folder_out": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    return lambda: Connection("filesystem://", transport_options=options).channel()


def test_message_arrives_as_it_was_sent(channel):
    channel()._put("celery", {"id": 7})
    assert channel()._get("celery") == {"id": 7}
    with pytest.raises(Empty):
        channel()._get("celery")


def test_message_being_written_is_not_read(channel, monkeypatch):
    looked = []

    def dumps_while_a_worker_looks(payload):
        try:
            looked.append(channel()._get("celery"))
        except Empty:
            looked.append("nothing yet")
        return json.dumps(payload)

    for module in (folder_broker, kombus_own):
        monkeypatch.setattr(module, "dumps", dumps_while_a_worker_looks)
    channel()._put("celery", {"id": 7})
    assert looked == ["nothing yet"]
    assert channel()._get("celery") == {"id": 7}
