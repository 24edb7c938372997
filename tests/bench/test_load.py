import socketserver
import threading
from itertools import repeat

import pytest

from bench.load import Measured, at_full_load, at_pace


class Answering(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 64
    status = "200 OK"


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(1000)
        self.request.sendall(f"HTTP/1.1 {self.server.status}\r\nContent-Length: 0\r\n\r\n".encode())


@pytest.fixture
def server():
    with Answering(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


REQUESTS = repeat(b"POST / HTTP/1.1\r\n\r\n")


def test_full_load_lasts_its_time_and_counts_each_answer(server):
    measured = at_full_load(server.server_address[1], REQUESTS, seconds=0.2, clients=4)
    assert 0.2 <= measured.seconds < 2
    assert measured.per_second == len(measured.milliseconds) / measured.seconds > 0
    assert measured.failures == 0


def test_pace_offers_just_so_many(server):
    measured = at_pace(server.server_address[1], REQUESTS, seconds=0.5, per_second=40)
    assert (len(measured.milliseconds), measured.failures) == (20, 0)


def test_answer_that_is_not_200_is_a_failure(server):
    server.status = "503 Service Unavailable"
    assert at_pace(server.server_address[1], REQUESTS, seconds=0.1, per_second=50).failures == 5


@pytest.mark.parametrize(("percent", "expected"), [(0, 1), (50, 51), (99, 100), (100, 100)])
def test_percentile_is_what_so_many_percent_were_answered_within(percent, expected):
    assert Measured(milliseconds=[float(each) for each in range(100, 0, -1)]).percentile(percent) == expected
