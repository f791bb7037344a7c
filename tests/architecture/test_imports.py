"""What import-linter cannot check about imports and names."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("services", "sevensteps", "workflows", "console")

# Workflow code is replayed years later: all of this folder, with the modules below that it may import.
REPLAYED = sorted(ROOT.glob("workflows/journey/**/*.py"))
SHARED_NAMES = {("sevensteps", name) for name in ("asks", "deadlines", "events", "steps", "temporal")}


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative imports hide where a name comes from"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def may_be_replayed(name: str) -> bool:
    first, second, *_ = [*name.split("."), ""]
    if (first, second) == ("workflows", "journey"):
        return True
    return first in sys.stdlib_module_names or first == "temporalio" or (first, second) in SHARED_NAMES


@pytest.mark.parametrize("file", REPLAYED, ids=lambda file: str(file.relative_to(ROOT)))
def test_workflow_code_imports_nothing_that_could_make_it_replay_differently(file: Path) -> None:
    """Workflow code imports the standard library, Temporal, these shared modules, and other workflow code."""
    assert [name for name in imported(file) if not may_be_replayed(name)] == []


def test_nobody_else_claims_our_import_names() -> None:
    """No other distribution has one of our top-level names, which are plain words: it would hide ours, or be hidden."""
    installed = packages_distributions()
    assert {name: others for name in OURS if (others := set(installed.get(name, ())) - {"seven-steps"})} == {}


def test_nothing_under_tests_can_be_imported_by_the_product() -> None:
    """Folders under tests have no __init__.py, so they are no packages."""
    assert list(ROOT.glob("tests/**/__init__.py")) == []


def test_yaml_is_read_at_one_place() -> None:
    """Packs, councils and examples are read by marked_yaml.py: one dialect, and every problem has its line."""
    parsing = re.compile(r"SafeLoader|yaml\.(?:\w*load\w*|compose\w*|parse|scan)\(")
    folders = ("sevensteps", "services", "workflows", "console")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    assert [file.name for file in files if parsing.search(file.read_text())] == ["marked_yaml.py"]
