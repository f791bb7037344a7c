"""The library: the packs of one folder, decided with, and read again when their files change."""

import logging
import threading
import time
from bisect import bisect_right
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from sevensteps.errors import Fault, Kind
from sevensteps.policy.deciding import Decider
from sevensteps.policy.pack import Pack, base_of, files_of, names, read_pack
from sevensteps.policy.reading import read_ruling
from sevensteps.policy.source import PackRefusedError, Problem
from sevensteps.policy.validity import in_force, turning_days
from sevensteps.policy.verdict import Decision, Json
from sevensteps.policy.why_not import Change, turning_changes

_log = logging.getLogger(__name__)

Signature = tuple[tuple[str, int, int], ...]

SECONDS_BETWEEN_LOOKS = 1.0


class _Shelf:
    """One version of one pack, and what has been made ready to decide with it."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._turns = {decision: turning_days(pack, decision) for decision in pack.decisions}
        self._deciders: dict[tuple[str, int], Decider] = {}

    def decider(self, decision: str, on: date) -> Decider:
        if decision not in self.pack.decisions:
            known = ", ".join(sorted(self.pack.decisions))
            detail = f"pack {self.pack.name} has no decision {decision[:100]}; it has {known}"
            raise Fault(Kind.INVALID, "DECISION_UNKNOWN", detail)
        period = bisect_right(self._turns[decision], on)
        found = self._deciders.get((decision, period))
        if found is None:
            found = Decider(self.pack.name, self.pack.hash, read_ruling(self.pack, decision, on))
            self._deciders[decision, period] = found
        return found

    def refuse_what_cannot_be_read(self) -> None:
        """Read every decision on every day on which it turns.

        Raises:
            PackRefusedError: with the problems of all decisions.
        """
        problems: list[Problem] = []
        for decision, section in self.pack.decisions.items():
            for day in self._turns[decision]:
                try:
                    if in_force(section, day):
                        read_ruling(self.pack, decision, day)
                except PackRefusedError as refused:
                    problems.extend(refused.problems)
                except Fault as fault:
                    if fault.reason != "PARAMETER_MISSING":
                        raise
        if problems:
            raise PackRefusedError(list(dict.fromkeys(problems)))


class Library:
    """Packs by name. A changed pack is picked up within a second; a bad one is refused and the old one stays."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._current: dict[str, _Shelf] = {}
        self._versions: dict[tuple[str, str], _Shelf] = {}
        self._signatures: dict[str, Signature] = {}
        self._looked: dict[str, float] = {}

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

    def why_not(
        self, decision: str, *, pack: str, on: date, facts: Mapping[str, Json]
    ) -> tuple[tuple[Change, ...], ...]:
        """The smallest sets of changed facts that would turn the verdict; see `why_not.turning_changes`."""
        with self._lock:
            decider = self._shelf(pack).decider(decision, on)
        return turning_changes(decider, facts)

    def verify(self, receipt: Mapping[str, Json]) -> tuple[str, ...]:
        """Decide again on a receipt's own facts and date: nothing when all is the same, else each difference in words.

        Raises:
            Fault: as `decide` does.
        """
        facts = receipt["facts"]
        again = self.decide(
            str(receipt["decision"]),
            pack=str(receipt["pack"]),
            on=date.fromisoformat(str(receipt["on"])),
            facts=facts if isinstance(facts, Mapping) else {},
        ).receipt()
        compared = ("hash", "verdict", "missing", "values", "findings", "answers", "engines")
        return tuple(
            f"{key}: was {receipt.get(key)}, is now {again[key]}" for key in compared if receipt.get(key) != again[key]
        )

    def _shelf(self, name: str, version: str | None = None) -> _Shelf:
        with self._lock:
            if time.monotonic() - self._looked.get(name, -SECONDS_BETWEEN_LOOKS) >= SECONDS_BETWEEN_LOOKS:
                self._look(name)
                self._looked[name] = time.monotonic()
            current = self._current[name]
            if version is None or version == current.pack.hash:
                return current
            found = self._versions.get((name, version))
        if found is None:
            detail = f"version {version[:100]} of pack {name} is not loaded; decide with the current one"
            raise Fault(Kind.PRECONDITION, "PACK_VERSION_UNKNOWN", detail)
        return found

    def _look(self, name: str) -> None:
        """Read the pack if its files have changed since the last look."""
        if name not in names(self.root):
            detail = f"there is no pack {name[:100]}; there are {', '.join(names(self.root))}"
            raise Fault(Kind.INVALID, "PACK_UNKNOWN", detail)
        signature = self._signature(name)
        if signature == self._signatures.get(name):
            return
        try:
            shelf = _Shelf(read_pack(self.root, name))
            shelf.refuse_what_cannot_be_read()
        except PackRefusedError as refused:
            if name not in self._current:
                raise Fault(Kind.INTERNAL, "PACK_REFUSED", f"pack {name} cannot be used:\n{refused}") from refused
            _log.error("pack %s is refused and the version before it stays:\n%s", name, refused)
        else:
            self._current[name] = self._versions[name, shelf.pack.hash] = shelf
        self._signatures[name] = signature

    def _signature(self, name: str) -> Signature:
        base = base_of(self.root, name)
        found = tuple((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files_of(self.root, name))
        return found + (self._signature(base) if base and base != name else ())
