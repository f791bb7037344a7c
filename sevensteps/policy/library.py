"""The library: the packs of one folder, ready to decide with, and read again when their files change."""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sevensteps.errors import Fault, Kind
from sevensteps.policy.authoring.check import check_pack
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.evaluation.verification import differences
from sevensteps.policy.model.verdict import Decision, Json
from sevensteps.policy.packs.pack import Pack, lineage, names, read_pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.why_not.search import WhyNot, smallest_changes

_log = logging.getLogger(__name__)

Signature = tuple[tuple[str, int, int], ...]

SECONDS_BETWEEN_LOOKS = 1.0


class Library:
    """Packs by name. A changed pack is checked in the background and then used; if it is refused, the old one stays.

    The first version of a pack only has to be readable: an installed pack has been checked before.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._current: dict[str, CompiledPack] = {}
        self._versions: dict[str, CompiledPack] = {}
        self._signatures: dict[str, Signature] = {}
        self._looked_at: dict[str, float] = {}
        self._renewing: dict[str, threading.Thread] = {}

    def packs(self) -> tuple[str, ...]:
        """The names of the packs in the folder."""
        return names(self.root)

    def pack(self, name: str) -> Pack:
        """The pack as it now is.

        Raises:
            Fault: INVALID, PACK_UNKNOWN; INTERNAL, PACK_REFUSED: it cannot be read and there is no earlier version.
        """
        return self._compiled_pack(name).pack

    def decide(
        self, decision: str, *, pack: str, on: date, facts: Mapping[str, Json], version: str | None = None
    ) -> Decision:
        """Decide on facts by a pack as it stands on a date.

        `version` is the content hash of the pack that a case's stage began with; without it the current one is used.

        Raises:
            Fault: INVALID: a fact, date, pack or decision is wrong; PRECONDITION, PACK_VERSION_UNKNOWN; INTERNAL,
                ENGINES_DISAGREE or PACK_REFUSED.
        """
        with self._lock:
            decider = self._compiled_pack(pack, version).decider(decision, on)
        return decider.decide(facts, on)

    def why_not(self, decision: str, *, pack: str, on: date, facts: Mapping[str, Json]) -> WhyNot:
        """The smallest sets of changed facts that would change the verdict; see `why_not.search`."""
        with self._lock:
            decider = self._compiled_pack(pack).decider(decision, on)
        return smallest_changes(decider, facts)

    def verify(self, receipt: Mapping[str, Json]) -> tuple[str, ...]:
        """Decide again as a receipt says: on its facts, on its date, by exactly its version of the pack.

        Empty when everything is the same, else a sentence for each difference: in verdicts, rules and items, values,
        missing facts, and the answers of each evaluator. Neither the wording of the findings' sentences nor the
        versions of the evaluators are compared.

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
        return tuple(differences(receipt, again))

    def has_version(self, version: str) -> bool:
        """Whether the library has the version with this hash: it was read from the folder, or added."""
        return version in self._versions

    def version(self, version: str) -> Pack:
        """A version that the library has, by its hash. Raises a Fault (PRECONDITION, PACK_VERSION_UNKNOWN)."""
        return self._version(version).pack

    def add_version(self, name: str, version: str, files: Mapping[str, str]) -> None:
        """Add an earlier version of a pack, from the text of its files (`Pack.files`).

        Raises:
            Fault: INTERNAL, PACK_REFUSED: the files cannot be read, or are not those of that version.
        """
        with TemporaryDirectory() as folder:
            root = Path(folder)
            for place, text in files.items():
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
            self._versions.setdefault(version, CompiledPack(pack))

    def start_from(self, name: str, version: str) -> None:
        """Begin with a version that the library has. The folder's version replaces it like any change, once checked."""
        with self._lock:
            self._current[name], self._signatures[name] = self._version(version), ()
            self._looked_at.pop(name, None)

    def _version(self, version: str) -> CompiledPack:
        compiled_pack = self._versions.get(version)
        if compiled_pack is None:
            detail = f"version {version[:100]} of the pack is not in the library; decide with the current one"
            raise Fault(Kind.PRECONDITION, "PACK_VERSION_UNKNOWN", detail)
        return compiled_pack

    def _compiled_pack(self, name: str, version: str | None = None) -> CompiledPack:
        if version is not None:  # whatever is in the folder now
            return self._version(version)
        with self._lock:
            if time.monotonic() - self._looked_at.get(name, -SECONDS_BETWEEN_LOOKS) >= SECONDS_BETWEEN_LOOKS:
                self._look(name)
                self._looked_at[name] = time.monotonic()
            return self._current[name]

    def _look(self, name: str) -> None:
        """Read a pack that is needed for the first time; check one whose files have changed since the last look."""
        if name not in self._current and name not in names(self.root):
            there = ", ".join(names(self.root)) or "none"
            wanted = f"no {name[:100]}/pack.yaml in the folder {self.root}"
            detail = f"there is no pack {name[:100]}: {wanted}; packs there: {there}"
            raise Fault(Kind.INVALID, "PACK_UNKNOWN", detail)
        try:
            signature = self._signature(name)
            if name not in self._current:
                self._read(name)
            elif signature != self._signatures[name]:
                if name in self._renewing and self._renewing[name].is_alive():
                    return  # wait: an earlier version that takes longer to check must not replace a later one
                self._renewing[name] = threading.Thread(target=self._renew, args=(name,), daemon=True)
                self._renewing[name].start()
            self._signatures[name] = signature
        except PackRefusedError as refused:
            if name not in self._current:
                raise Fault(Kind.INTERNAL, "PACK_REFUSED", f"pack {name} cannot be used:\n{refused}") from refused
            _log.error("pack %s is refused; the version before it stays in use:\n%s", name, refused)

    def _read(self, name: str) -> None:
        compiled_pack = CompiledPack(read_pack(self.root, name))
        compiled_pack.check_readable()
        self._publish(compiled_pack)

    def _renew(self, name: str) -> None:
        """Use what is in the folder now if it passes its check: exactly the text that was checked."""
        try:
            pack = read_pack(self.root, name)
            problems = [*check_pack(self.root, pack)]
        except PackRefusedError as refused:
            problems = sorted(refused.problems)
        except Exception:  # noqa: BLE001 - whatever it is, the thread must not end without logging it
            _log.exception("pack %s could not be checked; the version before it stays in use", name)
            return
        if problems:
            listed = "\n".join(str(problem) for problem in problems)
            _log.error("pack %s is refused; the version before it stays in use:\n%s", name, listed)
        else:
            self._publish(CompiledPack(pack))

    def _publish(self, compiled_pack: CompiledPack) -> None:
        with self._lock:
            self._current[compiled_pack.pack.name] = self._versions[compiled_pack.pack.hash] = compiled_pack

    def _signature(self, name: str) -> Signature:
        """When each file of a pack and of what it extends was changed, misnamed files included."""
        folders = [self.root / pack for pack in lineage(self.root, name)]
        files = [path for folder in folders for path in (folder / "pack.yaml", *sorted(folder.glob("*/*")))]
        return tuple(_changed(path) for path in files)


def _changed(path: Path) -> tuple[str, int, int]:
    try:
        stat = path.stat()
    except OSError:  # gone since the folder was listed
        return str(path), 0, 0
    return str(path), stat.st_mtime_ns, stat.st_size


def _not_that_version(name: str, version: str) -> Fault:
    detail = f"the files stored as version {version[:100]} of pack {name[:100]} are not that version"
    return Fault(Kind.INTERNAL, "PACK_REFUSED", detail)
