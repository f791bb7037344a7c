"""What would be published: a pack as its draft is, and the packs in force that extend it, over that draft."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from sevensteps.policy.authoring.check import Found, check
from sevensteps.policy.authoring.worked_cases import read_cases
from sevensteps.policy.packs.pack import Pack, lineage, read_pack
from sevensteps.policy.packs.problems import Problem
from sevensteps.publication.archived import ChangedPack, archived_pack, files_of
from sevensteps.rpc.caller import Caller

PACK_FILE = "pack.yaml"


@dataclass(frozen=True, slots=True)
class Draft:
    """All packs that would come in force together, in a folder of packs of their own."""

    root: Path
    packs: tuple[ChangedPack, ...]

    @property
    def hashes(self) -> Mapping[str, str]:
        """The hash of every pack, by name."""
        return {each.pack.name: each.pack.hash for each in self.packs}

    @property
    def replaces(self) -> Mapping[str, str]:
        """The hash of the version of every pack that is in force, by name."""
        return {each.pack.name: each.before.hash for each in self.packs}

    @property
    def files(self) -> Mapping[str, str]:
        """The files of all packs and of what they extend."""
        return files_of(self.packs)

    def problems(self) -> list[Problem]:
        """Everything that is wrong with any of them, worked cases included."""
        found: Found = {}
        problems = [problem for each in self.packs for problem in check(self.root, each.pack.name, before=found)]
        return list(dict.fromkeys(problems))

    def cases(self) -> int:
        """How many worked cases there are."""
        parts = {part.name for each in self.packs for part in (each.pack, *each.pack.extended())}
        return sum(len(read_cases(self.root, name)) for name in parts)


async def read_draft(
    caller: Caller, drafted: tuple[Path, str], installed: Path, in_force: Mapping[str, str], folder: Path
) -> Draft:
    """Put together in `folder` what would be published; its packs are those in force that are, or extend, the drafted.

    `installed` has the worked cases of the packs that extend it. Raises PackRefusedError where one cannot be read, and
    Faults.
    """
    root, name = drafted
    before = [await archived_pack(caller, version) for version in in_force.values()]
    concerned = sorted(
        (pack for pack in before if f"{name}/{PACK_FILE}" in pack.files), key=lambda pack: len(list(pack.extended()))
    )
    for part in lineage(root, name):
        copytree(root / part, folder / part, symlinks=True)
    for pack in concerned:
        if pack.name != name:
            _lay_over(pack, folder, installed)
    return Draft(folder, tuple(ChangedPack(read_pack(folder, pack.name), pack) for pack in concerned))


def _lay_over(pack: Pack, folder: Path, installed: Path) -> None:
    """Write a pack in force, and what it extends, where the draft has nothing of it; with installed worked cases."""
    parts = {Path(place).parts[0] for place in pack.files}
    for part in sorted(parts - {path.name for path in folder.iterdir()}):
        for place, text in _files_of(pack, part):
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        cases = installed / part / "cases"
        if cases.is_dir():
            copytree(cases, folder / part / "cases", symlinks=True)


def _files_of(pack: Pack, part: str) -> Iterator[tuple[str, str]]:
    return ((place, text) for place, text in pack.files.items() if Path(place).parts[0] == part)
