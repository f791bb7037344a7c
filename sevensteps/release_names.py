"""What releases of the worker may be called."""

import re

from sevensteps.installation import version

NONE = "none"
"""What a worker without a release goes by."""
OWN = "own"
"""Stands for the version of this installation with its commit."""
EXPECTED = "letters, digits, dots, dashes or underscores, at most 63"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)


def is_release(name: str) -> bool:
    """Whether a release may be called so."""
    return bool(_NAME.fullmatch(name))


def own_release() -> str:
    """The version of this installation with its commit, such as 0.1.0-1a2b3c4d5e."""
    return version().replace(" (commit ", "-").rstrip(")")
