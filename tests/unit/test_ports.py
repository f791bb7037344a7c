"""Ports that are nobody else's."""

import errno
import socket
import sys

import pytest

from sevensteps.local.ports import free_port


def test_a_port_is_given_once() -> None:
    """Whoever asks again gets another port, though nobody listens at the first."""
    ports = [free_port() for _ in range(50)]

    assert len(set(ports)) == len(ports)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port cannot be kept for a server that comes later")
def test_a_port_is_kept_from_everybody_but_a_server_of_ours() -> None:
    """Nobody else gets the port, also not between two lives of the server that listens there."""
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
