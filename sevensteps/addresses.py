"""Addresses of the suite's processes: host:port, or several separated by commas where a process runs several times."""

import re

ADDRESS = re.compile(r"(?P<host>[^\s:/\[\],]+|\[[0-9a-fA-F:.]+\]):(?P<port>[0-9]{1,5})", re.ASCII)
"""A host by name or number, an IPv6 one in brackets, and a port."""
LOOPBACK = re.compile(r"localhost|127(?:\.[0-9]{1,3}){3}|\[?::1\]?", re.ASCII | re.IGNORECASE)
"""The hosts that no other machine can reach."""
NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[.*\]", re.ASCII)
HIGHEST_PORT = 65535


def addresses_of(setting: str) -> tuple[str, ...]:
    """The addresses in a setting, in its order."""
    return tuple(address.strip() for address in setting.split(","))


def problem_of_address(address: str) -> str:
    """What was expected instead of an address that cannot be used; empty where it can."""
    match = ADDRESS.fullmatch(address)
    if match and 1 <= int(match["port"]) <= HIGHEST_PORT:
        return ""
    return f"host:port with a port from 1 to {HIGHEST_PORT}, such as 127.0.0.1:7701, not {address or 'nothing'}"


def host_of(address: str) -> str:
    """The host of an address; the text itself where it has no port."""
    match = ADDRESS.fullmatch(address)
    return match["host"] if match else address


def is_loopback(address: str) -> bool:
    """Whether an address, or a host alone, is on this machine; a folder is that of a socket."""
    host = host_of(address)
    return host.startswith("/") or LOOPBACK.fullmatch(host) is not None


def is_one_process(address: str) -> bool:
    """Whether an address can only ever be one process's: a name may stand for several machines."""
    return NUMBER.fullmatch(host_of(address)) is not None or is_loopback(address)


def port_of(address: str) -> int:
    """The port of an address."""
    return int(address.rpartition(":")[2])


def next_address(address: str, by: int) -> str:
    """The address so many ports further on."""
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + by}"
