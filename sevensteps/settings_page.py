"""What each setting is for, as docs/settings.md explains it."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).with_name("settings.md")
"""A link to docs/settings.md in the repository, and a copy of it where the suite is installed."""
ROW = re.compile(r"^\| `((?:SEVENSTEPS|OTEL)_\w+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


@dataclass(frozen=True, slots=True)
class Explained:
    """A setting, its default, which may be empty, and what it is for."""

    name: str
    default: str
    meaning: str


def explained() -> tuple[Explained, ...]:
    """Every setting, in the order of the page."""
    page = LINK.sub(r"\1", PAGE.read_text(encoding="utf-8"))
    return tuple(Explained(name, default, meaning.replace("`", "")) for name, default, meaning in ROW.findall(page))
