"""Who may sign in: `policies/<council>/identity.yaml` for a council, `policies/identity.yaml` for all of them.

Each file says which issuer's tokens it believes, and what their claims mean here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sevensteps import councils, log
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.trust import ClaimPath, Conditions, ConsoleClient, Machines, Meaning, TeamNames, Trust
from sevensteps.policy.packs.form import read_file
from sevensteps.policy.packs.problems import PackRefusedError, Problem
from sevensteps.policy.packs.source import Section
from sevensteps.web_address import problem_of_web_address

FILE = "identity.yaml"
FOR_THE_SUITE = frozenset({Role.JOURNEY, Role.SERVICE})
"""Roles that only a program has, and only for the whole installation: who has them writes for every council."""
SUBJECT, TOKEN_ID = ("sub",), ("jti",)


@dataclass(slots=True)
class TrustedIssuers:
    """What every file says, read again when one changes. If a new one is wrong, what was believed before stays."""

    root: Path
    """The folder of policies."""
    _believed: dict[str, tuple[Trust, ...]] = field(default_factory=dict)
    _changed: dict[str, int] = field(default_factory=dict)

    def read(self) -> tuple[Trust, ...]:
        """What is believed now. A file that cannot be used is logged."""
        found = {file: (self.root / file, council) for file, council in files(self.root)}
        self._believed = {file: self._believed[file] for file in found if file in self._believed}
        self._changed = {file: self._changed[file] for file in found if file in self._changed}
        for file, (path, council) in found.items():
            changed = _last_change(path)
            if self._changed.get(file) != changed:
                self._changed[file] = changed
                self._take(file, council)
        return tuple(trust for file in sorted(self._believed) for trust in self._believed[file])

    def _take(self, file: str, council: str) -> None:
        try:
            self._believed[file] = read_trusts(self.root, file, council)
        except PackRefusedError as refused:
            log.get().error("sign-in refused; what was believed before stays", file=file, detail=str(refused))


def files(root: Path) -> Iterator[tuple[str, str]]:
    """The files of a folder of policies, each with the council whose actors it makes."""
    if (root / FILE).exists():
        yield FILE, EVERY_COUNCIL
    for council in councils.names(root):
        if (root / council / FILE).exists():
            yield f"{council}/{FILE}", council


def check(root: Path, council: str) -> list[Problem]:
    """Everything that is wrong with the file of a council, or of the whole installation, if there is one."""
    file = FILE if council == EVERY_COUNCIL else f"{council}/{FILE}"
    if not (root / file).exists():
        return []
    if council != EVERY_COUNCIL and council not in councils.names(root):
        return [Problem(file, 0, "", f"{councils.FILE} beside it: without one there is no such council")]
    try:
        read_trusts(root, file, council)
    except PackRefusedError as refused:
        return list(refused.problems)
    return []


def read_trusts(root: Path, file: str, council: str) -> tuple[Trust, ...]:
    """What one file says.

    Raises:
        PackRefusedError: with every problem of the file.
    """
    written = read_file(root / file, root, "identity")
    issuers = list(written.sections("issuers"))
    problems = [problem for each in issuers for problem in _problems(each, council)]
    problems += [*_problems_of_consoles(issuers)]
    if problems:
        raise PackRefusedError(problems)
    return tuple(_trust(each, file, council) for each in issuers)


def _problems(written: Section, council: str) -> Iterator[Problem]:
    """What is wrong with an issuer that is written in the right form."""
    if expected := problem_of_web_address(written.text("issuer")):
        yield Problem(written.file, written.lines["issuer"], "issuer", expected)
    if council == EVERY_COUNCIL:
        return
    for client, lines in _clients(written):
        reserved = sorted(FOR_THE_SUITE & _roles(lines[client]))
        if reserved:
            expected = (
                f"a role other than {', '.join(reserved)}, which only {FILE} in the folder of policies itself gives"
            )
            yield Problem(written.file, lines.lines[client], client, expected)


def _problems_of_consoles(issuers: Sequence[Section]) -> Iterator[Problem]:
    """Whoever chooses a council at the console is sent to one issuer, and comes back to the address of that council."""
    for each in [each for each in issuers if _section(each, "console")][1:]:
        expected = "the console at one issuer of this file: each council has one, to which its people are sent"
        yield Problem(each.file, each.lines["console"], "console", expected)


def _clients(written: Section) -> Iterator[tuple[str, Section]]:
    machines = written.get("machines")
    are = machines.get("are") if isinstance(machines, Section) else None
    if isinstance(are, Section):
        yield from ((client, are) for client in are)


def _trust(written: Section, file: str, council: str) -> Trust:
    people = _section(written, "people")
    teams = _section(people, "teams")
    return Trust(
        council=council,
        file=file,
        issuer=written.text("issuer"),
        audience=written.text("audience"),
        subject=_path(written.get("subject")) or SUBJECT,
        token_id=_path(written.get("token id")) or TOKEN_ID,
        only=_conditions(written, "only"),
        roles=_meaning(_section(people, "roles")),
        teams=TeamNames(
            _path(teams.get("claim")), {value: str(team) for value, team in _section(teams, "are").items()}
        ),
        machines=_machines(written),
        console=_console(written),
    )


def _console(written: Section) -> ConsoleClient | None:
    console = _section(written, "console")
    if not console:
        return None
    return ConsoleClient(console.text("client"), console.text("secret"), str(console.get("scope") or ""))


def _machines(written: Section) -> Machines | None:
    machines = _section(written, "machines")
    if not machines:
        return None
    return Machines(
        known_by=_conditions(machines, "known by"),
        lacking=tuple(_path(path) for path in machines.entries("lacking")),
        clients=_meaning(machines, "client"),
    )


def _meaning(written: Section, claim: str = "claim") -> Meaning:
    return Meaning(
        _path(written.get(claim)), {value: _roles(roles) for value, roles in _section(written, "are").items()}
    )


def _roles(written: object) -> frozenset[Role]:
    return frozenset(Role(str(role)) for role in (written if isinstance(written, list) else [written]))


def _conditions(written: Section, key: str) -> Conditions:
    return {
        _path(claim): frozenset(str(value) for value in (values if isinstance(values, list) else [values]))
        for claim, values in _section(written, key).items()
    }


def _path(written: object) -> ClaimPath:
    """A claim's path: text with dots, or the names one by one, for those that have dots themselves."""
    if isinstance(written, list):
        return tuple(str(name) for name in written)
    return tuple(str(written).split(".")) if written else ()


def _section(written: Mapping[str, object], key: str) -> Section:
    found = written.get(key)
    return found if isinstance(found, Section) else Section()


def _last_change(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:  # removed since the folder was listed
        return 0
