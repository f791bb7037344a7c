"""The councils of an installation and their own choices: `policies/<council>/council.yaml`."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sevensteps import log
from sevensteps.errors import Fault, Kind
from sevensteps.policy.packs.form import read_file
from sevensteps.policy.packs.pack import jurisdiction_of
from sevensteps.policy.packs.pack import names as packs_in
from sevensteps.policy.packs.problems import PackRefusedError, Problem
from sevensteps.policy.packs.source import Section
from sevensteps.support_plan import TEMPLATES

FILE = "council.yaml"
ENGLAND = "england"
LAWS_NEEDED: Mapping[str, str] = {
    ENGLAND: "the Care Act 2014",
    "wales": "the Social Services and Well-being (Wales) Act 2014",
    "northern_ireland": (
        "the Health and Personal Social Services (Northern Ireland) Order 1972 and the Carers and Direct Payments Act "
        "(Northern Ireland) 2002"
    ),
    "scotland": "the Social Work (Scotland) Act 1968 and the Social Care (Self-directed Support) (Scotland) Act 2013",
}
"""The law that a pack has to hold to decide for a council there, by jurisdiction. England's comes with the suite."""
SECONDS_BETWEEN_LOOKS = 1.0
TWO_PEOPLE = "two people"
LONGEST_TEAM = 64
"""Letters in the name of a team, as the schema of council.yaml has it."""
REPAIRED_BY_TWO = frozenset({"skip", "correct", "end"})
"""What a repair does by two people alone, whatever a council says: it cannot be taken back."""


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Whom people can contact at the council. What its file does not say is empty."""

    purpose: str
    """`social_services`, or `planning_help`: help with making a support plan."""
    name: str
    telephone: str
    email: str
    web: str
    hours: str


@dataclass(frozen=True, slots=True)
class Council:
    """A council and its choices."""

    name: str
    """The name of its folder in `policies/`, and in tokens and cases."""
    title: str
    """The name that people use."""
    jurisdiction: str
    pack: str
    """The policy pack that decides for it."""
    plan_templates: tuple[str, ...]
    """The templates that it offers for support plans."""
    contact_points: tuple[ContactPoint, ...]
    publishing_needs_two: bool = False
    """Whether a pack that decides for it is published by two people: the second confirms what the first has sent."""
    repairs_by_two: frozenset[str] = REPAIRED_BY_TWO
    """What repairs do to its cases only where a second person has agreed: always REPAIRED_BY_TWO, and what it adds."""
    teams: tuple[str, ...] = ()
    """The teams that look after its cases, by its own names. Empty where it does not say: then any name is one."""


class Councils:
    """The councils of an installation. A file that changes is read again; if it is wrong, the choices before stay."""

    def __init__(self, root: Path, former_pack: str = "") -> None:
        """`root` is the folder of policies.

        `former_pack` decides for councils without a file: in 0.1.0 one pack decided for every council. If it is empty,
        there are no such councils.
        """
        self._root = root
        self.former_pack = former_pack
        self._councils: dict[str, Council] = {}
        self._known: set[str] = set()
        self._changed: dict[str, int] = {}
        self._looked: dict[str, float] = {}

    def names(self) -> tuple[str, ...]:
        """The councils that have a file."""
        return names(self._root)

    def packs(self) -> tuple[str, ...]:
        """The packs that decide for any council. A council whose file cannot be used is left out and logged."""
        packs = {self.former_pack} - {""}
        for name in self.names():
            try:
                packs.add(self.council(name).pack)
            except Fault as fault:
                log.get().error("council refused", council=name, detail=fault.detail)
        return tuple(sorted(packs))

    def decided_by(self, pack: str) -> tuple[Council, ...]:
        """The councils with a file whose choice is this pack. Raises as `council` does, of any of them."""
        return tuple(council for council in map(self.council, self.names()) if council.pack == pack)

    def council(self, name: str) -> Council:
        """The council of this name.

        Raises a Fault (PRECONDITION): COUNCIL_UNKNOWN if there is none, COUNCIL_REFUSED if its file cannot be used.
        """
        if time.monotonic() - self._looked.get(name, -SECONDS_BETWEEN_LOOKS) >= SECONDS_BETWEEN_LOOKS:
            self._look(name)
            self._looked[name] = time.monotonic()
        return self._councils[name]

    def ensure_known(self, name: str) -> None:
        """Raise a Fault (PRECONDITION, COUNCIL_UNKNOWN) unless there is such a council, whatever its file says."""
        if name not in self._known and not self.former_pack and name not in self.names():
            raise council_unknown(name)
        self._known.add(name)

    def _look(self, name: str) -> None:
        """Read a council that is asked for the first time, and one whose file has changed since the last look."""
        if name not in self.names():
            self.ensure_known(name)
            self._look_without_file(name)
            return
        changed = _last_change(self._root / name / FILE)
        if name in self._councils and self._changed.get(name) == changed:
            return
        try:
            self._councils[name] = read_council(self._root, name)
        except PackRefusedError as refused:
            if name not in self._councils:
                raise _refused(name, refused) from refused
            log.get().error("council refused; the choices before stay", council=name, detail=str(refused))
        self._changed[name] = changed

    def _look_without_file(self, name: str) -> None:
        if name in self._councils:
            return
        log.get().warning("council without a file", council=name, pack=self.former_pack, expected=f"{name}/{FILE}")
        self._councils[name] = Council(
            name=name,
            title=name,
            jurisdiction=ENGLAND,
            pack=self.former_pack,
            plan_templates=tuple(TEMPLATES),
            contact_points=(),
        )


def _last_change(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # removed since the folder was listed
        return 0


def names(root: Path) -> tuple[str, ...]:
    """The councils that have a file in a folder of policies."""
    return tuple(sorted(path.parent.name for path in root.glob(f"*/{FILE}")))


def check(root: Path, name: str) -> list[Problem]:
    """Everything that is wrong with a council's file."""
    try:
        read_council(root, name)
    except PackRefusedError as refused:
        return list(refused.problems)
    return []


def read_council(root: Path, name: str) -> Council:
    """A council as its file says.

    Raises:
        PackRefusedError: with every problem of the file.
    """
    file = read_file(root / name / FILE, root, "council")
    problems = [*_problems(file, root, name)]
    if problems:
        raise PackRefusedError(problems)
    return Council(
        name=name,
        title=file.text("title"),
        jurisdiction=file.text("jurisdiction"),
        pack=file.text("pack"),
        plan_templates=tuple(str(template) for template in file.entries("plan templates")),
        contact_points=tuple(
            _contact_point(purpose.replace(" ", "_"), written) for purpose, written in file.named("contact points")
        ),
        publishing_needs_two=file.text("publishing") == TWO_PEOPLE,
        repairs_by_two=REPAIRED_BY_TWO | {str(action) for action in file.entries("repairs by two")},
        teams=tuple(str(team) for team in file.entries("teams")),
    )


def _problems(file: Section, root: Path, name: str) -> list[Problem]:
    """What is wrong with a file that has the right form."""
    problems: list[Problem] = []

    def expected(key: str, what: str) -> None:
        problems.append(Problem(file.file, file.lines[key], key, what))

    if file.text("council") != name:
        expected("council", f"the folder's own name, {name}")
    jurisdiction, pack = file.text("jurisdiction"), file.text("pack")
    if pack not in packs_in(root):
        expected("pack", f"a pack in the same folder of policies: {', '.join(packs_in(root)) or 'there is none'}")
    elif jurisdiction != (its_law := jurisdiction_of(root, pack)):
        law = LAWS_NEEDED[jurisdiction]
        expected("jurisdiction", f"{its_law}, whose law pack {pack} holds; {jurisdiction} needs a pack of {law}")
    return problems


def _contact_point(purpose: str, written: Section) -> ContactPoint:
    return ContactPoint(
        purpose=purpose,
        name=written.text("name"),
        telephone=written.text("telephone"),
        email=written.text("email"),
        web=written.text("web"),
        hours=written.text("hours"),
    )


def no_council() -> Fault:
    """An installation in which no council has a file, and no pack decides for those without one."""
    detail = f"There is no council in this installation: no folder of policies has a {FILE}. Write one."
    return Fault(Kind.PRECONDITION, "COUNCIL_UNKNOWN", detail)


def council_unknown(name: str) -> Fault:
    """A council that does not exist, or that the caller may not see."""
    return Fault(
        Kind.PRECONDITION,
        "COUNCIL_UNKNOWN",
        f"There is no council {name} in this installation: the folder of policies has no {name}/{FILE}. Write it; "
        "until then SEVENSTEPS_PACK can name the pack that decides for councils without one.",
        metadata={"council": name},
    )


def _refused(name: str, refused: PackRefusedError) -> Fault:
    return Fault(
        Kind.PRECONDITION,
        "COUNCIL_REFUSED",
        f"The choices of council {name} cannot be used, so nothing is decided for it. {refused}",
        metadata={"council": name},
    )
