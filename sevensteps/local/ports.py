"""Ports of this machine's loopback address for servers that have to know where they will listen before they start."""

import socket
import sys

_kept: list[socket.socket] = []


def free_port() -> int:
    """A port that is nobody else's until this process ends.

    A port that was merely seen to be free may be gone by the time its server starts, or starts again: the kernel gives
    it to the next one who asks for any port, or to a connection that leaves this machine. On Linux a socket that is
    bound and does not listen keeps it from both, while a server that reuses addresses, as all of ours do, may listen.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = int(probe.getsockname()[1])
    if sys.platform == "linux":
        _kept.append(probe)
    else:
        probe.close()  # elsewhere a bound socket would keep our own servers out too
    return port
