"""Visitors who rest, who know an answer already, and who send a form as it stands; against a server of their own."""

import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bench.visitors import Ask, Form, Rest, Visitor, walk


class Handler(BaseHTTPRequestHandler):
    """Answers with an ETag, and 304 to whoever knows it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers["If-None-Match"] == '"v1"':
            self.send_response(304)
            self.send_header("ETag", '"v1"')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("ETag", '"v1"')
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"page")

    def log_message(self, *args):
        pass


@pytest.fixture
def port():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_whoever_knows_an_answer_says_so_and_is_not_sent_it_again(port):
    def path():
        answer = yield Ask("/")
        yield Ask("/", known=answer.header("etag"))

    [visitor] = walk([Visitor(port, path())])

    assert [(one.status, one.known) for one in visitor.answers] == [(200, ""), (304, '"v1"')]


def test_others_go_on_while_somebody_rests(port):
    done = []

    def slow():
        yield Ask("/")
        yield Rest(time.monotonic() + 0.1)
        yield Ask("/")
        done.append("slow")

    def quick():
        yield Ask("/")
        done.append("quick")

    visitors = walk([Visitor(port, slow()), Visitor(port, quick())])

    assert done == ["quick", "slow"]
    assert sum(len(visitor.answers) for visitor in visitors) == 3


def test_a_rest_may_be_the_first_thing_and_the_last(port):
    def path():
        yield Rest(time.monotonic())
        yield Rest(time.monotonic() + 0.01)
        return "rested"

    [visitor] = walk([Visitor(port, path())])

    assert (visitor.result, visitor.answers) == ("rested", [])


def test_of_radio_buttons_the_checked_one_is_sent():
    content = "".join(
        f'<input type="radio" name="result" value="{value}"{" checked" if value == "no" else ""}>'
        for value in ("yes", "no", "later")
    )

    form = Form.read("/page/", 'method="post" action="save/"', content)

    assert form.filled({}) == Ask("/page/save/", {"result": "no"})
