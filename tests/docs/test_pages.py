"""What the pages name exists, and what the code offers is in the pages."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from docs.pages import PAGES, ROOT, anchors, rows
from docs.reasons import reasons
from docs.tables import TABLES, updated
from sevensteps.cli.commands import ImportingGroup, app
from sevensteps.config import PREFIX, Settings
from sevensteps.events import PAYLOADS

FOLDERS = "bench|console|docs|examples|policies|protos|requirements|services|sevensteps|tests|workflows"


@pytest.mark.parametrize("page", TABLES, ids=lambda page: str(page.name))
def test_a_table_made_from_the_code_is_up_to_date(page: Path) -> None:
    """`PYTHONPATH=tests .venv/bin/python -m docs.tables` writes the table again."""
    assert page.read_text() == updated(page)


def test_every_field_of_an_event_is_explained() -> None:
    """docs/events.md explains every field of every payload, and no other field."""
    names = {field.name for payload in PAYLOADS.values() for field in fields(payload)}
    assert {name for name, *_ in rows("docs/events.md", columns=3)} == names


def test_every_reason_is_explained() -> None:
    """docs/errors.md has every reason in the code, with its status, and no other reason."""
    explained: dict[str, set[str]] = {}
    for reason, status, _ in rows("docs/errors.md", columns=3):
        explained.setdefault(reason, set()).add(status.strip("`"))
    assert explained == reasons()


SAID = re.compile("`([a-z]+(?: [a-z]+)+)`")
COMMANDS = ("sevensteps ", "make ", "temporal ")


def test_what_a_log_is_said_to_say_it_says() -> None:
    """docs/running.md quotes log lines word for word: whoever looks for one finds it."""
    quoted = {
        said for said in SAID.findall((ROOT / "docs" / "running.md").read_text()) if not said.startswith(COMMANDS)
    }
    assert len(quoted) > 5
    source = "".join(
        file.read_text() for folder in ("sevensteps", "services", "workflows") for file in (ROOT / folder).rglob("*.py")
    )
    assert [said for said in sorted(quoted) if said not in source] == []


def test_every_setting_is_explained() -> None:
    """docs/settings.md has every setting with its default."""
    defaults = {PREFIX + field.name.upper(): str(getattr(Settings(), field.name)) for field in fields(Settings)}
    defaults[f"{PREFIX}POLICIES"] = Settings().policies.name
    explained = rows("docs/settings.md", columns=3)
    assert {name: default for name, default, _ in explained if name.startswith(PREFIX)} == defaults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_what_a_page_names_exists(page: Path) -> None:
    """Links lead to files; the files, `make` targets and commands that a page names exist."""
    text = page.read_text()
    code = "\n".join(re.findall(r"`[^`]+`|^```.*?^```", text, re.MULTILINE | re.DOTALL))
    links = {link for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", text) if not (page.parent / link).exists()}
    files = {path for path in re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", text) if not (ROOT / path).exists()}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unmade = set(re.findall(r"\bmake ([a-z-]+)", code)) - targets
    unknown = {
        words for words in re.findall(r"\bsevensteps ([a-z]+(?: [a-z][a-z-]*)?)", code) if not _is_command(words)
    }
    assert (links, files, unmade, unknown) == (set(), set(), set(), set())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_a_link_with_an_anchor_leads_to_a_heading_or_a_word(page: Path) -> None:
    """The anchor after `#` exists in the page that the link leads to."""
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text())
    lost = [f"{name}#{anchor}" for name, anchor in links if anchor not in anchors(page.parent / name if name else page)]
    assert lost == []


def _is_command(words: str) -> bool:
    """Whether `sevensteps` has this command; the second word may be an argument, or there may be a usual one."""
    first, _, second = words.partition(" ")
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    subcommand = command.commands.get(first)
    if isinstance(subcommand, ImportingGroup):
        return second in subcommand.commands or bool(subcommand.usual and not second)
    return subcommand is not None
