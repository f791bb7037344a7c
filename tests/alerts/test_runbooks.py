"""docs/runbooks: each alert has a page, each page an alert, and what a page tells to type can be typed."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer._click.core import Command  # its own click, which no other package shares
from typer._click.exceptions import UsageError

from alerts.rules import INDEX, RUNBOOKS, Alert, alerts
from docs.pages import rows
from sevensteps.cli.commands import ImportingGroup, app

PAGES = sorted(set(RUNBOOKS.glob("*.md")) - {INDEX})
TYPED = re.compile(r"`(sevensteps [a-z][^`]+)`|^ *(sevensteps [a-z].+)$", re.MULTILINE)
PARTS = ("**For people.**", "**See it.**", "**Do this", "**It is over when**")


def test_each_alert_has_a_page_and_each_page_an_alert() -> None:
    """No page is left behind by an alert that is gone."""
    assert {page.name for page in PAGES} == {alert.page for alert in alerts()}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert.name))
def test_a_page_says_what_it_is_for_and_ends(alert: Alert) -> None:
    """In the same order on each page: what it means for people, how to see it, what to do, and when it is over."""
    text = (RUNBOOKS / alert.page).read_text()
    assert f"\n`{alert.name}` · {alert.severity} · {alert.team}\n" in text
    places = [text.find(part) for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)


def test_the_index_lists_every_alert() -> None:
    """With its severity, whom it is for, and a link to its page."""
    listed = {(name, severity, team, link) for name, severity, team, link in rows(str(INDEX), columns=4)}
    assert {row[:3] for row in listed} == {(alert.name, alert.severity, alert.team) for alert in alerts()}
    for name, _, _, link in listed:
        page = re.fullmatch(r"\[(.+)\]\((.+)\)", link)
        assert page is not None, name
        assert (RUNBOOKS / page[2]).read_text().startswith(f"# {page[1]}\n"), name


def _refusal(command: Command, words: list[str]) -> str:
    """Why the command line would not take these words; empty where it would. Nothing is run."""
    while isinstance(command, ImportingGroup):
        name = words.pop(0) if words else ""
        if name not in command.commands:
            return f"there is no command {name}"
        command = command.commands[name]
    try:
        command.make_context(command.name or "", words)
    except UsageError as error:
        return error.format_message()
    return ""


@pytest.mark.parametrize("page", [*PAGES, INDEX], ids=lambda page: str(page.stem))
def test_what_a_page_tells_to_type_can_be_typed(page: Path) -> None:
    """Each command exists, with these options and arguments."""
    typed = [line or block for line, block in TYPED.findall(page.read_text())]
    refused = {line: _refusal(typer.main.get_command(app), shlex.split(line)[1:]) for line in typed}
    assert {line: why for line, why in refused.items() if why} == {}


@pytest.mark.parametrize(
    "line", ["sevensteps case unstick CASE", "sevensteps case list --lost", "sevensteps case resume"]
)
def test_what_cannot_be_typed_is_noticed(line: str) -> None:
    """A command, an option or an argument that is not there, or is missing."""
    assert _refusal(typer.main.get_command(app), shlex.split(line)[1:])
