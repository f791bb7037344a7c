"""What would be published: a pack as its draft is, and the packs in force that extend it, over that draft."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

from sevensteps.cli.case_view.law import read_archived
from sevensteps.config import REGISTER
from sevensteps.policy import Library
from sevensteps.policy.authoring.check import Found, check
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.authoring.worked_cases import read_cases
from sevensteps.policy.packs.pack import Pack, lineage, read_pack
from sevensteps.policy.packs.problems import Problem
from sevensteps.rpc.caller import Caller

PACK_FILE = "pack.yaml"


@dataclass(frozen=True, slots=True)
class DraftPack:
    """A pack of a publication: as it would be, and as it is in force."""

    pack: Pack
    before: Pack

    def differences(self) -> list[str]:
        """What would change, in words."""
        return differences(self.before, self.pack)


@dataclass(frozen=True, slots=True)
class Draft:
    """All packs that would come in force together, in a folder of packs of their own."""

    root: Path
    packs: tuple[DraftPack, ...]

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
        return {place: text for each in self.packs for place, text in each.pack.files.items()}

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
    before = [await _archived(caller, version) for version in in_force.values()]
    concerned = sorted(
        (pack for pack in before if f"{name}/{PACK_FILE}" in pack.files), key=lambda pack: len(list(pack.extended()))
    )
    for part in lineage(root, name):
        copytree(root / part, folder / part, symlinks=True)
    for pack in concerned:
        if pack.name != name:
            _lay_over(pack, folder, installed)
    return Draft(folder, tuple(DraftPack(read_pack(folder, pack.name), pack) for pack in concerned))


async def read_publication(
    caller: Caller, hashes: Mapping[str, str], replaces: Mapping[str, str], folder: Path
) -> Draft:
    """What somebody has sent, as the register has kept it, and what it replaces."""
    after = {name: await _archived(caller, version) for name, version in hashes.items()}
    packs = [DraftPack(pack, await _archived(caller, replaces[name])) for name, pack in after.items()]
    return Draft(folder, tuple(packs))


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


async def _archived(caller: Caller, version: str) -> Pack:
    library = Library(Path())
    await read_archived(caller, library, REGISTER, version)
    return library.version(version)
