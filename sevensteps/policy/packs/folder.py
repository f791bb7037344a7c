"""Whether the files of a folder of packs have changed."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

FileState = tuple[str, int, int, int]


class FolderWatch:
    """A folder of packs that is looked at again and again: cheaply, by what the file system says of each file."""

    def __init__(self, root: Path) -> None:
        """Nothing has been looked at yet."""
        self._root = root
        self._seen: tuple[FileState, ...] = ()
        self._told: tuple[FileState, ...] = ()

    def has_changed(self) -> bool:
        """Whether the folder is another than when this was last true, and the same as at the last look."""
        state = tuple(sorted(_states(str(self._root), depth=2)))
        settled, self._seen = state == self._seen, state
        if not settled or state == self._told:
            return False
        self._told = state
        return True


def _states(folder: str, depth: int) -> Iterator[FileState]:
    """Each file: where, how large, and when and as which file it was last written, moved or given another date."""
    try:
        entries = list(os.scandir(folder))
    except OSError:  # gone, or not to be read: as if it were empty
        return
    for entry in entries:
        try:
            if depth and entry.is_dir():
                yield from _states(entry.path, depth - 1)
            else:
                stat = entry.stat()
                yield entry.path, stat.st_ctime_ns, stat.st_size, stat.st_ino
        except OSError:  # gone since the folder was listed
            continue


def content_hash(folder: Path) -> str:
    """The hash of the names and contents of the files in a folder."""
    digest = sha256()
    for path in sorted(folder.glob("*")):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()
