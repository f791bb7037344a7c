"""The packs of a folder that are in force, and how a version that is put into the folder comes in force."""

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from sevensteps import clock
from sevensteps.errors import Fault, Kind
from sevensteps.policy.authoring.check import check_pack, values_missing
from sevensteps.policy.authoring.checked import Checked
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.packs.folder import FolderWatch
from sevensteps.policy.packs.pack import Pack, names, read_pack
from sevensteps.policy.packs.problems import PackRefusedError, Problem, Problems

_log = logging.getLogger(__name__)


class PacksInForce:
    """Packs by name. A version that is put into the folder is used once it has passed its check; else the old one is.

    Whoever only asks for a pack, as the command line does, gets what can be read.
    """

    def __init__(self, root: Path, checks: Path | None = None) -> None:
        """`root` has the packs. `checks` is a folder where processes share what their checks have found, if any."""
        self.root = root
        self._lock = threading.RLock()
        self._current: dict[str, CompiledPack] = {}
        self._versions: dict[str, CompiledPack] = {}
        self._refused: dict[str, str] = {}
        self._wanted: set[str] = set()
        self._left: frozenset[str] = frozenset()
        self._renewing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._folder = FolderWatch(root)
        self._checked: dict[str, tuple[date, list[str]]] = {}
        self._checks = Checked(checks)
        self._looked_on = clock.today()

    def packs(self) -> tuple[str, ...]:
        """The names of the packs in the folder."""
        return names(self.root)

    def pack(self, name: str) -> Pack:
        """The pack as it now is.

        Raises:
            Fault: INVALID, PACK_UNKNOWN; INTERNAL, PACK_REFUSED: it cannot be read and there is no earlier version.
        """
        return self._compiled_pack(name).pack

    def start_from(self, name: str, version: str) -> None:
        """Begin with a version that the library has. The folder's version replaces it like any change, once checked."""
        with self._lock:
            self._current[name] = self._version(version)
            self._checked.pop(name, None)

    def leave(self, packs: Iterable[str]) -> None:
        """Follow the folder no more for these packs, which are published: what it has of them are drafts."""
        with self._lock:
            self._left = frozenset(packs)
            for name in self._left & self._refused.keys():
                del self._refused[name]

    def in_force(self) -> Mapping[str, str]:
        """The hash of the version in the folder that decides, of every pack."""
        with self._lock:
            return {name: compiled_pack.pack.hash for name, compiled_pack in self._current.items()}

    def refusals(self) -> Mapping[str, str]:
        """The packs of which the version in the folder is refused, and every reason."""
        with self._lock:
            return dict(self._refused)

    def want(self, name: str) -> None:
        """Have `renew` check a pack and use it if it passes. Raises a Fault (INVALID, PACK_UNKNOWN)."""
        self._ensure_known(name)
        with self._lock:
            self._wanted.add(name)

    def ensure_in_force(self, name: str) -> None:
        """Raise a Fault unless a pack is there to decide by. It never waits: another pack is checked after `look`.

        Raises:
            Fault: UNAVAILABLE, PACK_BEING_CHECKED; INVALID, PACK_UNKNOWN; INTERNAL, PACK_REFUSED.
        """
        with self._lock:
            if name in self._current:
                return
            if name in self._refused:
                raise _refused(name, self._refused[name])
        self.want(name)
        detail = f"Pack {name[:100]} is new here and is being checked. Try again in some seconds."
        raise Fault(Kind.UNAVAILABLE, "PACK_BEING_CHECKED", detail)

    def look(self) -> None:
        """Renew in the background what has changed since the last look, what is wanted, and on a new day everything.

        A folder that still changes from look to look is left until it does not: whoever copies files into it publishes
        all of them together.
        """
        if self._thread is not None and self._thread.is_alive():
            return  # wait: an earlier version that takes longer to check must not replace a later one
        today = clock.today()
        if self._folder.has_changed() or self._wanted or self._looked_on != today:
            self._looked_on = today
            self._thread = threading.Thread(target=self.renew, daemon=True)
            self._thread.start()

    def renew(self) -> None:
        """Use what is in the folder now of every pack that decides, is refused or is wanted, if it passes its check."""
        with self._renewing:
            with self._lock:
                packs = sorted({*self._current, *self._refused, *self._wanted})
            for name in packs:
                if name not in self._left:
                    self._renew(name)

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
            if name not in self._current:
                self._read(name)
            return self._current[name]

    def _ensure_known(self, name: str) -> None:
        if name not in names(self.root):
            there = ", ".join(names(self.root)) or "none"
            wanted = f"no {name[:100]}/pack.yaml in the folder {self.root}"
            detail = f"there is no pack {name[:100]}: {wanted}; packs there: {there}"
            raise Fault(Kind.INVALID, "PACK_UNKNOWN", detail)

    def _read(self, name: str) -> None:
        """Read a pack that is needed for the first time."""
        self._ensure_known(name)
        try:
            compiled_pack = CompiledPack(read_pack(self.root, name))
            compiled_pack.check_readable()
            self._checked[name] = clock.today(), self._subjects(compiled_pack.pack)
        except PackRefusedError as refused:
            self._refused[name] = str(refused)
            raise _refused(name, str(refused)) from refused
        self._publish(compiled_pack)

    def _renew(self, name: str) -> None:
        """Use what is in the folder now if it passes its check: exactly the text that was checked."""
        try:
            pack = read_pack(self.root, name)
            subjects, day = self._subjects(pack), clock.today()
            if self._checked.get(name) == (day, subjects):
                return
            if name not in self._checked and pack.hash == self.in_force().get(name):
                for subject in subjects:
                    self._checks.trust(subject)  # it was in force before a restart
            problems = self._problems(pack, day)
            self._checked[name] = day, subjects
        except PackRefusedError as refused:
            self._checked.pop(name, None)
            problems = sorted(refused.problems)
        except Exception:  # noqa: BLE001 - whatever it is, the thread must not end without logging it
            self._checked.pop(name, None)
            self._refuse(name, "it could not be checked; the log says why")
            _log.exception("pack %s could not be checked; the version before it stays in use", name)
            return
        if problems:
            self._refuse(name, "\n".join(str(problem) for problem in problems))
        else:
            self._publish(CompiledPack(pack))

    def _problems(self, pack: Pack, day: date) -> list[Problem]:
        """What is wrong with a pack and with what it extends. A part that has been checked is not checked again."""
        found = Problems(values_missing(pack, day))
        for part in (pack, *pack.extended()):
            found += self._checks.problems(self.root, part, check_pack)
        return found.causes_first()

    def _subjects(self, pack: Pack) -> list[str]:
        return [self._checks.subject(self.root, part) for part in (pack, *pack.extended())]

    def _refuse(self, name: str, why: str) -> None:
        with self._lock:
            self._refused[name] = why
            self._wanted.discard(name)
            stays = "; the version before it stays in use" if name in self._current else ""
        _log.error("pack %s is refused%s:\n%s", name, stays, why)

    def _publish(self, compiled_pack: CompiledPack) -> None:
        pack = compiled_pack.pack
        with self._lock:
            self._refused.pop(pack.name, None)
            self._wanted.discard(pack.name)
            self._current[pack.name] = self._versions.setdefault(pack.hash, compiled_pack)


def _refused(name: str, why: str) -> Fault:
    return Fault(Kind.INTERNAL, "PACK_REFUSED", f"pack {name} cannot be used:\n{why}")
