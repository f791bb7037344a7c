"""The library: what the rest of the suite uses of the engine. It decides by packs, and by every version of them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sevensteps.errors import MOST_VIOLATIONS, Fault, Kind
from sevensteps.policy.authoring.check import values_ending, values_missing
from sevensteps.policy.compiled_pack import CompiledPack
from sevensteps.policy.evaluation.verification import differences
from sevensteps.policy.model.known_facts import only_known
from sevensteps.policy.model.verdict import Decision, Json
from sevensteps.policy.packs.pack import Pack, read_pack
from sevensteps.policy.packs.problems import PackRefusedError, Problem
from sevensteps.policy.packs_in_force import PacksInForce
from sevensteps.policy.why_not.search import WhyNot, smallest_changes


class Library(PacksInForce):
    """The packs that are in force, decisions by them, and decisions by any earlier version that it has or is given."""

    def __init__(self, root: Path, checks: Path | None = None) -> None:
        """See PacksInForce."""
        super().__init__(root, checks)
        self._ending: dict[tuple[str, date], tuple[Problem, ...]] = {}

    def decide(
        self,
        decision: str,
        *,
        pack: str,
        on: date,
        facts: Mapping[str, Json],
        version: str | None = None,
        only_known_facts: bool = False,
    ) -> Decision:
        """Decide on facts by a pack as it stands on a date.

        `version` is the content hash of the pack that a case's stage began with; without it the current one is used.
        A pack of before may not ask for all that a service tells: with `only_known_facts` it is not told the rest.

        Raises:
            Fault: INVALID: a fact, date, pack or decision is wrong; PRECONDITION, PACK_VERSION_UNKNOWN; INTERNAL,
                ENGINES_DISAGREE or PACK_REFUSED.
        """
        with self._lock:
            decider = self._compiled_pack(pack, version).decider(decision, on)
        return decider.decide(only_known(decision, facts, decider.asked) if only_known_facts else facts, on)

    def why_not(self, decision: str, *, pack: str, on: date, facts: Mapping[str, Json]) -> WhyNot:
        """The smallest sets of changed facts that would change the verdict; see `why_not.search`."""
        with self._lock:
            decider = self._compiled_pack(pack).decider(decision, on)
        return smallest_changes(decider, facts, on)

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

    def ensure_usable(self, version: str, on: date) -> None:
        """Raise a Fault unless a version that the library has can decide: all of it can be read, with values on a day.

        Whoever publishes it has run its worked cases. Raises INVALID, PACK_INVALID with every problem.
        """
        compiled_pack = self._version(version)
        problems = list(values_missing(compiled_pack.pack, on))
        try:
            compiled_pack.check_readable()
        except PackRefusedError as refused:
            problems = [*sorted(refused.problems), *problems]
        if problems:
            told = "\n".join(str(problem) for problem in problems[:MOST_VIOLATIONS])
            raise Fault(Kind.INVALID, "PACK_INVALID", f"Pack {compiled_pack.pack.name} cannot decide:\n{told}")

    def ending_soon(self, version: str, on: date) -> tuple[Problem, ...]:
        """What a version that the library has will be missing soon after a day."""
        if (version, on) not in self._ending:
            self._ending[version, on] = tuple(values_ending(self._version(version).pack, on))
        return self._ending[version, on]

    def has_version(self, version: str) -> bool:
        """Whether the library has the version with this hash: it was read from the folder, or added."""
        return version in self._versions

    def has_decision(self, version: str, decision: str) -> bool:
        """Whether a version that the library has makes a decision. Raises a Fault as `version` does."""
        return decision in self.version(version).decisions

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


def _not_that_version(name: str, version: str) -> Fault:
    detail = f"the files stored as version {version[:100]} of pack {name[:100]} are not that version"
    return Fault(Kind.INTERNAL, "PACK_REFUSED", detail)
