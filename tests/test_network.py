"""No test reaches beyond this machine, and none lifts that limit."""

import re
import socket
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ELSEWHERE = ("192.0.2.1", 80)  # reserved for documentation (RFC 5737): nobody answers there


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_connection_to_another_machine_is_refused(kind):
    with (
        socket.socket(type=kind) as ours,
        pytest.warns(UserWarning, match=ELSEWHERE[0]),
        pytest.raises(SocketConnectBlockedError),
    ):
        ours.connect(ELSEWHERE)


def test_a_connection_to_this_machine_is_allowed():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as ours,
    ):
        assert ours.getpeername() == server.getsockname()


def test_no_test_lifts_the_limit():
    lifting = re.compile(r"enable" r"_socket|allow" r"_hosts|socket_" r"allow")
    tests = Path(__file__).parent

    assert [path.name for path in tests.rglob("*.py") if lifting.search(path.read_text())] == []
