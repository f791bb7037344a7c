"""Ports that no other program gets."""

import errno
import socket
import sys

import pytest

from sevensteps.local.ports import free_port


def test_each_call_returns_another_port() -> None:
    """Also while nothing listens at the first ones."""
    ports = [free_port() for _ in range(50)]

    assert len(set(ports)) == len(ports)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot be reserved for a later server")
def test_only_our_own_server_can_use_the_port() -> None:
    """No other program gets the port, not even while our server is restarted."""
    port = free_port()

    for _ in range(2):
        with socket.socket() as somebody_else, pytest.raises(OSError, match=r".") as refused:
            somebody_else.bind(("127.0.0.1", port))
        assert refused.value.errno == errno.EADDRINUSE

        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(("127.0.0.1", port))
            server.listen()
            with socket.create_connection(("127.0.0.1", port), timeout=5) as caller:
                caller.sendall(b"heard")
                accepted, _ = server.accept()
                with accepted:
                    assert accepted.recv(5) == b"heard"
