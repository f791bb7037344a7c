"""How the places of fields are written down; see places.py."""

from collections.abc import Mapping

Places = Mapping[str, str]


def same(*names: str, at: str) -> dict[str, str]:
    """The places of fields that are called there as they are in the request."""
    return {name: f"{at}.{name}" for name in names}


def under(before: str, places: Places) -> dict[str, str]:
    """The places of fields of a message within a request."""
    return {f"{before}.{name}": place for name, place in places.items()}
