"""Addresses that the suite asks over HTTPS."""

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


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
