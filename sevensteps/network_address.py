"""Addresses at which something listens: a host and a port."""

import re

ADDRESS = re.compile(r"(?:[^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):(?P<port>[0-9]{1,5})", re.ASCII)
"""A host by name or number, an IPv6 one in brackets, and a port."""
HIGHEST_PORT = 65535
LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[?::1\]?", re.ASCII | re.IGNORECASE)
"""The hosts that no other machine can reach."""


def problem_of_address(address: str) -> str:
    """Why nothing can listen at an address, as what was expected instead; empty where it can."""
    match = ADDRESS.fullmatch(address)
    if match and 1 <= int(match["port"]) <= HIGHEST_PORT:
        return ""
    return f"host:port with a port from 1 to {HIGHEST_PORT}, such as 127.0.0.1:7701, not {address or 'nothing'}"


def is_loopback(address: str) -> bool:
    """Whether an address, or a host alone, is on this machine; a folder is that of a socket."""
    host = host_of(address)
    return host.startswith("/") or LOOPBACK.fullmatch(host) is not None


def host_of(address: str) -> str:
    """The host of an address, or what is a host already."""
    return address.rpartition(":")[0] if ADDRESS.fullmatch(address) else address


def port_of(address: str) -> int:
    """The port of an address."""
    return int(address.rpartition(":")[2])


def next_address(address: str, by: int) -> str:
    """The address so many ports further on."""
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + by}"
