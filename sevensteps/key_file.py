"""A key that a process makes for itself at the first start. Only its owner can read the file."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def make_once(path: Path, make: Callable[[], bytes]) -> None:
    """Make the file with what `make` answers, where there is none. Raises OSError."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with NamedTemporaryFile(dir=path.parent) as draft:  # only its owner can read it
            draft.write(make())
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, path)  # whoever links first wins: several may start at once
