"""The library: the packs of one folder, decided with, and read again when their files change."""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sevensteps.errors import Fault, Kind
from sevensteps.policy.authoring.check import check_what_was_read
from sevensteps.policy.compiled_pack import Shelf
from sevensteps.policy.model.verdict import Decision, Json
from sevensteps.policy.packs.pack import Pack, lineage, names, read_pack
from sevensteps.policy.packs.source import PackRefusedError
from sevensteps.policy.why_not.search import Turning, turning_changes

_log = logging.getLogger(__name__)

Signature = tuple[tuple[str, int, int], ...]

SECONDS_BETWEEN_LOOKS = 1.0


class Library:
    """Packs by name. A changed pack is checked beside the work and then taken; a bad one is refused, the old one stays.

    The first version of a pack only has to be readable: what is installed has been checked before.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._current: dict[str, Shelf] = {}
        self._versions: dict[str, Shelf] = {}
        self._signatures: dict[str, Signature] = {}
        self._looked: dict[str, float] = {}
        self._renewing: dict[str, threading.Thread] = {}

    def packs(self) -> tuple[str, ...]:
        """The names of the packs in the folder."""
        return names(self.root)

    def pack(self, name: str) -> Pack:
        """The pack as it now is.

        Raises:
            Fault: INVALID, PACK_UNKNOWN; INTERNAL, PACK_REFUSED: it cannot be read and no earlier version is known.
        """
        return self._shelf(name).pack

    def decide(
        self, decision: str, *, pack: str, on: date, facts: Mapping[str, Json], version: str | None = None
    ) -> Decision:
        """Decide on facts by a pack as it stands on a date.

        `version` is the content hash of the pack that a case's stage began with; without it the current one is used.

        Raises:
            Fault: INVALID for facts, dates, packs and decisions that are not as they should be; PRECONDITION,
                PACK_VERSION_UNKNOWN; INTERNAL, ENGINES_DISAGREE or PACK_REFUSED.
        """
        with self._lock:
            decider = self._shelf(pack, version).decider(decision, on)
        return decider.decide(facts, on)

    def why_not(self, decision: str, *, pack: str, on: date, facts: Mapping[str, Json]) -> Turning:
        """The smallest sets of changed facts that would turn the verdict; see `why_not.turning_changes`."""
        with self._lock:
            decider = self._shelf(pack).decider(decision, on)
        return turning_changes(decider, facts)

    def verify(self, receipt: Mapping[str, Json]) -> tuple[str, ...]:
        """Decide again as a receipt says: on its facts, on its date, by the very version of its pack.

        Nothing when all comes out the same, else each difference in words. The versions of the engines are not
        compared: it is their answers that have to stay the same.

        Raises:
            Fault: as `decide` does.
        """
        facts = receipt["facts"]
        again = self.decide(
            str(receipt["decision"]),
            pack=str(receipt["pack"]),
            on=date.fromisoformat(str(receipt["on"])),
            facts=facts if isinstance(facts, Mapping) else {},
            version=str(receipt["hash"]),
        ).receipt()
        compared = ("verdict", "missing", "values", "findings", "answers")
        return tuple(
            f"{key}: was {receipt.get(key)}, is now {again[key]}" for key in compared if receipt.get(key) != again[key]
        )

    def knows(self, version: str) -> bool:
        """Whether the version with this hash is at hand: it was read here, or taken in."""
        return version in self._versions

    def version(self, version: str) -> Pack:
        """A version that is at hand, by its hash. Raises a Fault (PRECONDITION, PACK_VERSION_UNKNOWN) for another."""
        return self._version(version).pack

    def take_in(self, name: str, version: str, law: Mapping[str, str]) -> None:
        """Make an earlier version of a pack ready to decide with, from the text of its files (`Pack.law`).

        Raises:
            Fault: INTERNAL, PACK_REFUSED: these files cannot be read, or are not those of that version.
        """
        with TemporaryDirectory() as folder:
            root = Path(folder)
            for place, text in law.items():
                path = (root / place).resolve()
                if not path.is_relative_to(root.resolve()):
                    raise _not_that_version(name, version)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())
            try:
                pack = read_pack(root, name)
            except PackRefusedError as refused:
                raise _not_that_version(name, version) from refused
        if pack.hash != version:
            raise _not_that_version(name, version)
        with self._lock:
            self._versions.setdefault(version, Shelf(pack))

    def start_from(self, name: str, version: str) -> None:
        """Begin with a version that is at hand; what is in the folder replaces it as a change does, once checked."""
        with self._lock:
            self._current[name], self._signatures[name] = self._version(version), ()
            self._looked.pop(name, None)

    def _version(self, version: str) -> Shelf:
        found = self._versions.get(version)
        if found is None:
            detail = f"version {version[:100]} of the pack is not at hand; decide with the current one"
            raise Fault(Kind.PRECONDITION, "PACK_VERSION_UNKNOWN", detail)
        return found

    def _shelf(self, name: str, version: str | None = None) -> Shelf:
        if version is not None:  # the files have no say: they may have changed since, and not for the better
            return self._version(version)
        with self._lock:
            if time.monotonic() - self._looked.get(name, -SECONDS_BETWEEN_LOOKS) >= SECONDS_BETWEEN_LOOKS:
                self._look(name)
                self._looked[name] = time.monotonic()
            return self._current[name]

    def _look(self, name: str) -> None:
        """Take a pack that is asked for first; have one checked whose files have changed since the last look."""
        if name not in self._current and name not in names(self.root):
            looked = f"no {name[:100]}/pack.yaml in the folder {self.root}"
            known = ", ".join(names(self.root)) or "none"
            detail = f"there is no pack {name[:100]}: {looked}; packs there: {known}"
            raise Fault(Kind.INVALID, "PACK_UNKNOWN", detail)
        try:
            signature = self._signature(name)
            if name not in self._current:
                self._take(name)
            elif signature != self._signatures[name]:
                if name in self._renewing and self._renewing[name].is_alive():
                    return  # at another look: an earlier version that takes longer must not replace a later one
                self._renewing[name] = threading.Thread(target=self._renew, args=(name,), daemon=True)
                self._renewing[name].start()
            self._signatures[name] = signature
        except PackRefusedError as refused:
            if name not in self._current:
                raise Fault(Kind.INTERNAL, "PACK_REFUSED", f"pack {name} cannot be used:\n{refused}") from refused
            _log.error("pack %s is refused and the version before it stays:\n%s", name, refused)

    def _take(self, name: str) -> None:
        shelf = Shelf(read_pack(self.root, name))
        shelf.refuse_what_cannot_be_read()
        self._put_up(shelf)

    def _renew(self, name: str) -> None:
        """Take what is in the folder now if it passes its check: the very text that was checked."""
        try:
            pack = read_pack(self.root, name)
            problems = check_what_was_read(self.root, pack)
        except PackRefusedError as refused:
            problems = sorted(refused.problems)
        except Exception:  # noqa: BLE001 - whatever it is, the thread must not end without a word of it
            _log.exception("pack %s could not be checked and the version before it stays", name)
            return
        if problems:
            listed = "\n".join(str(problem) for problem in problems)
            _log.error("pack %s is refused and the version before it stays:\n%s", name, listed)
        else:
            self._put_up(Shelf(pack))

    def _put_up(self, shelf: Shelf) -> None:
        with self._lock:
            self._current[shelf.pack.name] = self._versions[shelf.pack.hash] = shelf

    def _signature(self, name: str) -> Signature:
        """When each file of a pack and of what it extends was changed; also of one that is misnamed."""
        folders = [self.root / pack for pack in lineage(self.root, name)]
        files = [path for folder in folders for path in (folder / "pack.yaml", *sorted(folder.glob("*/*")))]
        return tuple(_changed(path) for path in files)


def _changed(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:  # gone since the folder was listed
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size


def _not_that_version(name: str, version: str) -> Fault:
    detail = f"what is kept as version {version[:100]} of pack {name[:100]} is not that version any more"
    return Fault(Kind.INTERNAL, "PACK_REFUSED", detail)
