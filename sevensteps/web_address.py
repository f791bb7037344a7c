"""Addresses that are asked over HTTPS: those that the suite asks itself, and that of its console."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def problem_of_web_address(url: str) -> str:
    """Why an address cannot be asked, as what was expected instead; empty where it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.query or parts.fragment or parts.username is not None or not url.isprintable() or " " in url:
        return "an address such as https://login.example/realms/council, without ? and #"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return ""
    return "an address that begins with https://; http:// is for this machine alone (127.0.0.1, localhost)"


def problem_of_origin(url: str) -> str:
    """The same for an address that people type to open pages: it leads to no place of its own among them."""
    return problem_of_web_address(url) or (urlsplit(url).path and "an address without anything after the host and port")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
