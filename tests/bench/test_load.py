"""The clients, against a small server of their own."""

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bench import load

BODY = b"x" * 5000


class Handler(BaseHTTPRequestHandler):
    """Answers /page, /once (and closes) and nothing else; remembers what was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["X-Forwarded-Proto"]))
        self.send_response(404 if self.path == "/nothing" else 200)
        self.send_header("Content-Length", str(len(BODY)))
        if self.path == "/once":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = load.CLIENTS  # they all come at once


@contextmanager
def serving():
    with Server(("127.0.0.1", 0), Handler) as server:
        server.asked = []
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("path", ["/page", "/once"])
def test_answers_are_counted_over_kept_and_over_closed_connections(path):
    with serving() as server:
        target = load.Target(server.server_port, path)

        assert load.rate(target, seconds=0.05, clients=3) > 0
    assert set(server.asked) == {(path, "https")}


def test_another_status_than_200_is_no_answer():
    with serving() as server, pytest.raises(load.WrongAnswer, match="404"):
        load.rate(load.Target(server.server_port, "/nothing"), seconds=0.05, clients=1)


def test_targets_take_turns_and_each_has_its_rates():
    with serving() as server:
        targets = {name: {"port": server.server_port, "path": f"/{name}"} for name in ("a", "b")}

        found = load.run({"targets": targets, "rounds": 2, "seconds": 0.02})

    assert {name: len(rates) for name, rates in found.items()} == {"a": 2, "b": 2}
    paths = [path for path, _scheme in server.asked]
    turns = [path for path, before in zip(paths, ["", *paths], strict=False) if path != before]
    assert turns == ["/a", "/b"] * 3
