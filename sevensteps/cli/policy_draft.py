"""A draft of a pack outside of the folder of packs: it is read with the installed packs that it extends."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, rmtree
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
    drafts = {name, *(pack for pack in needed if pack in packs.names(root))}
    for pack in (*packs.names(installed), *drafts):
        copy = folder / pack
        rmtree(copy, ignore_errors=True)
        copytree((root if pack in drafts else installed) / pack, copy, symlinks=True)
    return folder


def _needed(root: Path, name: str, installed: Path) -> Iterator[str]:
    """The packs that a pack or a council's file needs and that are there, as far as it can be read."""
    try:
        if name in packs.names(root):
            needed = read_head(root, name).text("extends")
        else:
            needed = read_file(root / name / councils.FILE, root, "council").text("pack")
        seen: set[str] = set()
        while needed and needed not in seen:
            seen.add(needed)
            beside = needed in packs.names(root)
            if not beside and needed not in packs.names(installed):
                return
            yield needed
            needed = read_head(root if beside else installed, needed).text("extends")
    except PackRefusedError:  # reported by whoever reads it next
        return
