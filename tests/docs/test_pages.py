"""What the pages name exists, and what the code can say is in the pages."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from docs.pages import PAGES, ROOT, anchors, rows
from docs.reasons import reasons
from docs.tables import TABLES, fresh
from sevensteps.cli.commands import app
from sevensteps.config import PREFIX, Settings
from sevensteps.events import PAYLOADS

FOLDERS = "bench|docs|examples|policies|protos|requirements|services|sevensteps|tests|workflows"


@pytest.mark.parametrize("page", TABLES, ids=lambda page: str(page.name))
def test_a_table_made_from_the_code_is_up_to_date(page: Path) -> None:
    """The table says what the code says; `PYTHONPATH=tests .venv/bin/python -m docs.tables` writes it anew."""
    assert page.read_text() == fresh(page)


def test_every_field_of_an_event_is_explained() -> None:
    """docs/events.md explains each field that a payload has, and none that no payload has."""
    said = {field.name for payload in PAYLOADS.values() for field in fields(payload)}
    assert {name for name, *_ in rows("docs/events.md", columns=3)} == said


def test_every_reason_is_explained() -> None:
    """docs/errors.md has each reason in the code under its status, and none that no code gives."""
    explained: dict[str, set[str]] = {}
    for reason, status, _ in rows("docs/errors.md", columns=3):
        explained.setdefault(reason, set()).add(status.strip("`"))
    assert explained == reasons()


def test_every_setting_is_explained() -> None:
    """docs/running.md has each setting with its default."""
    defaults = {PREFIX + field.name.upper(): str(getattr(Settings(), field.name)) for field in fields(Settings)}
    defaults[f"{PREFIX}POLICIES"] = Settings().policies.name
    explained = rows("docs/running.md", columns=3)
    assert {name: default for name, default, _ in explained if name.startswith(PREFIX)} == defaults


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_what_a_page_names_exists(page: Path) -> None:
    """Links lead somewhere; files, `make` targets and commands that a page names are there."""
    said = page.read_text()
    code = "\n".join(re.findall(r"`[^`]+`|^```.*?^```", said, re.MULTILINE | re.DOTALL))
    links = {link for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", said) if not (page.parent / link).exists()}
    files = {path for path in re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", said) if not (ROOT / path).exists()}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    unmade = set(re.findall(r"\bmake ([a-z-]+)", code)) - targets
    unknown = {said for said in re.findall(r"\bsevensteps ([a-z]+(?: [a-z]+)?)", code) if not _is_command(said)}
    assert (links, files, unmade, unknown) == (set(), set(), set(), set())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_a_link_into_a_page_leads_to_a_heading_or_a_word(page: Path) -> None:
    """An anchor after `#` is one of the page that the link leads to."""
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text())
    lost = [f"{name}#{anchor}" for name, anchor in links if anchor not in anchors(page.parent / name if name else page)]
    assert lost == []


def _is_command(words: str) -> bool:
    """Whether `sevensteps` has a command of these words; the second one may be its argument."""
    first, _, second = words.partition(" ")
    command = get_command(app)
    assert isinstance(command, TyperGroup)
    found = command.commands.get(first)
    return found is not None and (not isinstance(found, TyperGroup) or second in found.commands)
