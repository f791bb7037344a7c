"""Free ports of this machine, for servers whose address has to be known before they start."""

import socket
import sys

_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port of the loopback address that no other program gets until this process ends.

    A port that is only seen to be free may be taken before its server starts or restarts: the kernel gives it to any
    program that asks for a free port, or to an outgoing connection. On Linux a socket that is bound but does not listen
    prevents both, and a server that reuses addresses, as all of ours do, can still listen.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = int(probe.getsockname()[1])
    if sys.platform == "linux":
        _reserved.append(probe)
    else:
        probe.close()  # elsewhere a bound socket would keep out our own servers too
    return port
