"""A draft of a pack outside of the folder of packs: it is read with the installed packs that it extends."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory

from sevensteps import councils, program
from sevensteps.policy.packs import pack as packs
from sevensteps.policy.packs.form import read_file, read_head
from sevensteps.policy.packs.problems import PackRefusedError


def with_what_it_extends(root: Path, name: str, installed: Path) -> Path:
    """The folder of packs to read a pack in: its own, unless packs that it needs are only installed.

    Then it is a copy of the installed packs, with the draft and what it needs from beside it in their places. The copy
    is gone when the command ends.
    """
    needed = list(_needed(root, name, installed))
    if all(pack in packs.names(root) for pack in needed):
        return root
    folder = Path(program.at_the_end.enter_context(TemporaryDirectory(prefix="sevensteps-draft-")))
    beside = dict.fromkeys({name, *needed} & {name, *packs.names(root)}, root)
    for pack, where in {**dict.fromkeys(packs.names(installed), installed), **beside}.items():
        copytree(where / pack, folder / pack, symlinks=True)
    return folder


def _needed(root: Path, name: str, installed: Path) -> Iterator[str]:
    """The packs that a pack or a council's file needs and that are there, as far as it can be read."""
    try:
        needed, seen = _first_needed(root, name), set[str]()
        while needed and needed not in seen:
            seen.add(needed)
            beside = needed in packs.names(root)
            if not beside and needed not in packs.names(installed):
                return
            yield needed
            needed = read_head(root if beside else installed, needed).text("extends")
    except PackRefusedError:  # reported by whoever reads it next
        return


def _first_needed(root: Path, name: str) -> str:
    """The pack that a pack extends, or that decides for a council without a pack of its own."""
    if name in packs.names(root):
        return read_head(root, name).text("extends")
    return read_file(root / name / councils.FILE, root, "council").text("pack")
