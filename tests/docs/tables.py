"""The tables in docs/ that say what the code says. To write them anew: `PYTHONPATH=tests python -m docs.tables`."""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from docs.pages import ROOT
from sevensteps.events import OPENS, PAYLOADS, Payload
from sevensteps.identity.actor import Role
from sevensteps.identity.rights import ANYBODY, PEOPLE, RIGHTS
from sevensteps.steps import STEP_NAMES

EVENTS = ROOT / "docs" / "events.md"
RIGHTS_PAGE = ROOT / "docs" / "api.md"
MACHINES = {Role.JOURNEY: "the journeys", Role.SERVICE: "the services"}


def fresh(page: Path) -> str:
    """A page with its table as the code has it now. The table stands between two comments."""
    name, table = TABLES[page]
    begin, end = f"<!-- {name}: made from the code -->", f"<!-- end of {name} -->"
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    assert after, f"{page.name} has no table between {begin} and {end}"
    return "\n".join((before + begin, "", *table(), "", end + after))


def events_table() -> Iterator[str]:
    """One row an event, service by service."""
    yield "| type | told by | opens | what it says | payload |"
    yield "| --- | --- | --- | --- | --- |"
    tellers = _tellers()
    steps = list(STEP_NAMES)
    for type_, payload in PAYLOADS.items():
        opens = f"step {steps.index(OPENS[type_]) + 1}" if type_ in OPENS else ""
        said = ", ".join(f"`{field.name}`" for field in fields(payload)) or "nothing"
        yield f"| `{type_}` | {tellers[payload.__name__]} | {opens} | {_in_one_line(payload)} | {said} |"


def rights_table() -> Iterator[str]:
    """One row an RPC, service by service."""
    yield "| service | call | may be called by |"
    yield "| --- | --- | --- |"
    for rpc, roles in RIGHTS.items():
        service, call = rpc.removeprefix("/").split("/")
        yield f"| {service.split('.')[2]} | `{call}` | {_who(roles)} |"


def _who(roles: frozenset[Role]) -> str:
    if roles >= ANYBODY:
        return "every role"
    return ", ".join([*sorted(roles & PEOPLE), *sorted(MACHINES[role] for role in roles - PEOPLE)])


def _in_one_line(payload: type[Payload]) -> str:
    return " ".join((inspect.getdoc(payload) or "").split())


def _tellers() -> Mapping[str, str]:
    """The service in whose code each payload is made."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "services").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                found[call.func.id] = file.relative_to(ROOT / "services").parts[0]
    return found


TABLES: Mapping[Path, tuple[str, Callable[[], Iterator[str]]]] = {
    EVENTS: ("events", events_table),
    RIGHTS_PAGE: ("rights", rights_table),
}


if __name__ == "__main__":
    for each in TABLES:
        each.write_text(fresh(each))
