"""The heads of the chains, noted outside of the database: whoever can rewrite a whole chain cannot rewrite those."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sevensteps.config import DECIDING_SERVICES

LINE = re.compile(rf"({'|'.join(DECIDING_SERVICES)})\s+(\d{{1,18}})\s+([0-9a-f]{{64}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a service's chain."""

    service: str
    position: int
    link: str

    def __str__(self) -> str:
        """A line that `noted_heads` reads."""
        return f"{self.service} {self.position} {self.link}"


def noted_heads(file: Path) -> Mapping[str, Head]:
    """The heads in a file that has what `verify --all` printed, or its lines of heads alone; the last of each service.

    Raises ValueError where there is none; OSError where the file cannot be read.
    """
    lines = map(LINE.fullmatch, map(str.strip, file.read_text(encoding="utf-8", errors="replace").splitlines()))
    heads = {line[1]: Head(line[1], int(line[2]), line[3]) for line in lines if line}
    if not heads:
        raise ValueError(f'{file}: expected lines such as "assessment 1204 9f3a…", as verify --all prints them')
    return heads
