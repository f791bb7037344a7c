"""The tables in docs/ that are made from the code. `PYTHONPATH=tests python -m docs.tables` writes them again."""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from docs.pages import ROOT
from sevensteps.events import OPENS, PAYLOADS, Payload
from sevensteps.identity.actor import Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.identity.role_groups import ANYBODY, CASEWORK, PEOPLE
from sevensteps.steps import STEP_NAMES
from sevensteps.telemetry.series import DEFINED

EVENTS = ROOT / "docs" / "events.md"
RIGHTS_PAGE = ROOT / "docs" / "api.md"
TELEMETRY = ROOT / "docs" / "telemetry.md"
MACHINES = {Role.JOURNEY: "the journeys", Role.SERVICE: "the services"}


def updated(page: Path) -> str:
    """A page with its table as the code makes it now. The table is between two comments."""
    name, table = TABLES[page]
    begin, end = f"<!-- {name}: made from the code -->", f"<!-- end of {name} -->"
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    assert after, f"{page.name} has no table between {begin} and {end}"
    return "\n".join((before + begin, "", *table(), "", end + after))


SHARED = "that of the step"
"""Who tells what every service tells of its own steps."""


def events_table() -> Iterator[str]:
    """One row for each event, service by service."""
    yield "| type | service | opens | what it says | payload |"
    yield "| --- | --- | --- | --- | --- |"
    services = _services_by_payload()
    steps = list(STEP_NAMES)
    for type_, payload in PAYLOADS.items():
        opens = f"step {steps.index(OPENS[type_]) + 1}" if type_ in OPENS else ""
        payload_fields = ", ".join(f"`{field.name}`" for field in fields(payload)) or "nothing"
        service = services.get(payload.__name__, SHARED)
        yield f"| `{type_}` | {service} | {opens} | {_in_one_line(payload)} | {payload_fields} |"


def rights_table() -> Iterator[str]:
    """One row for each call, service by service."""
    yield "| service | call | may be called by |"
    yield "| --- | --- | --- |"
    for rpc, roles in RIGHTS.items():
        service, call = rpc.removeprefix("/").split("/")
        yield f"| {service.split('.')[2]} | `{call}` | {_who(roles)} |"


def series_table() -> Iterator[str]:
    """One row for each series, process by process."""
    yield "| series | kind | labels | of | what it says |"
    yield "| --- | --- | --- | --- | --- |"
    for each in DEFINED:
        labels = ", ".join(f"`{label}`" for label in each.labels)
        yield f"| `{each.name}` | {each.kind} | {labels} | {each.of} | {each.meaning} |"


def _who(roles: frozenset[Role]) -> str:
    if roles >= ANYBODY:
        return "every role that has to do with cases"
    together = ["casework"] if roles >= CASEWORK else []
    named = roles & PEOPLE - CASEWORK if together else roles & PEOPLE
    return ", ".join([*together, *sorted(named), *sorted(MACHINES[role] for role in roles - PEOPLE)])


def _in_one_line(payload: type[Payload]) -> str:
    return " ".join((inspect.getdoc(payload) or "").split())


def _services_by_payload() -> Mapping[str, str]:
    """The service whose code makes each payload."""
    services: dict[str, str] = {}
    for file in sorted((ROOT / "services").rglob("*.py")):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                services[call.func.id] = file.relative_to(ROOT / "services").parts[0]
    return services


TABLES: Mapping[Path, tuple[str, Callable[[], Iterator[str]]]] = {
    EVENTS: ("events", events_table),
    RIGHTS_PAGE: ("rights", rights_table),
    TELEMETRY: ("series", series_table),
}


if __name__ == "__main__":
    for page in TABLES:
        page.write_text(updated(page))
