"""What holds for every text file of the repository."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# In pieces, so that this file keeps its own rule.
INDEX_HOSTS = "|".join(
    rf"{name}\.{ending}"
    for name, ending in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "(org|com)"),
        ("proxy.golang", "org"),
        (r"repo1?\.maven", r"(apache\.)?org"),
        ("debian", "org"),
    )
)
MACHINE_PATHS = r"(?<![\w.~-])/(work|root|home/\w+)/"


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every file that git keeps here and that is text, by path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = {name: (ROOT / name).read_bytes() for name in listed.split("\0") if name and (ROOT / name).is_file()}
    return {name: content.decode() for name, content in files.items() if b"\0" not in content}


@pytest.mark.parametrize(
    ("forbidden", "why"),
    [
        pytest.param(INDEX_HOSTS, "which index packages come from is the installer's choice", id="package index"),
        pytest.param(MACHINE_PATHS, "a path of one machine means nothing on another", id="machine path"),
    ],
)
def test_no_text_names_a_place_that_is_not_everybodys(texts: dict[str, str], forbidden: str, why: str) -> None:
    """No file names a package index or a folder outside the repository."""
    found = {name: hit.group() for name, text in texts.items() if (hit := re.search(forbidden, text))}
    assert found == {}, why


def test_every_test_says_what_it_expects() -> None:
    """A test without a docstring cannot be read without reading its code."""
    silent = [
        f"{file.relative_to(ROOT)}::{node.name}"
        for file in ROOT.glob("tests/**/test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


OTHER_DAYS = r"now\((UTC)?\)\.date\(\)|date\.today\(|datetime\.today\(|utcnow\("
"""Ways to ask for a day that is not that of the United Kingdom, or depends on where the machine stands."""


def test_there_is_one_today(texts: dict[str, str]) -> None:
    """Everything asks `clock.today` or `clock.uk_day`; migrations, which are never edited, are not looked at."""
    product = [
        name for name in texts if name.startswith(("services/", "sevensteps/", "workflows/", "console/", "bench/"))
    ]
    asking = [name for name in product if name.endswith(".py") and "/migrations/" not in name]
    assert len(asking) > 100
    assert [name for name in asking if re.search(OTHER_DAYS, texts[name])] == []
    assert re.search(OTHER_DAYS, "clock.now()" + ".date()")
