"""docs/glossary.md: every word once, the key words of self-directed support among them."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from docs.pages import ROOT
from servers.distribution import build, copy_of_checkout
from sevensteps.glossary import PAGE, entries, look_up

GLOSSARY = ROOT / "docs" / "glossary.md"
KEY_WORDS = (
    "self-directed support",
    "person-centred planning",
    "person-centred approaches",
    "individual budgets",
    "personal budgets",
    "direct payments",
    "citizenship",
    "independent living",
    "outcomes",
    "resource allocation systems",
    "personal assistant",
)
SENTENCE = re.compile(r"\.(?: |$)")


def test_every_row_of_the_page_is_a_word() -> None:
    """The command reads every row of the page's tables, and no other line."""
    rows = [line for line in GLOSSARY.read_text().splitlines() if line.startswith("| <a")]
    assert len(rows) == len(entries()) > len(KEY_WORDS)
    assert PAGE.read_text() == GLOSSARY.read_text()


def test_every_word_is_there_once() -> None:
    """Singular and plural, or two spellings, are one word."""
    twice = [word for word, count in Counter(entry.word.casefold() for entry in entries()).items() if count > 1]
    other = [entry.word for entry in entries() if look_up(entry.word) != entry]
    assert (twice, other) == ([], [])


@pytest.mark.item(11)
def test_the_key_words_of_self_directed_support_are_there() -> None:
    """The eleven words in which personalisation is explained, as they are usually written."""
    assert [word for word in KEY_WORDS if look_up(word) is None] == []


def test_a_meaning_has_one_to_three_sentences() -> None:
    """Short enough to be read where the word is met."""
    assert {
        entry.word: entry.meaning for entry in entries() if not 1 <= len(SENTENCE.findall(entry.meaning)) <= 3
    } == {}


def test_each_word_has_the_anchor_of_its_name() -> None:
    """A page can link to a word without looking the anchor up: `glossary.md#direct-payment`."""
    anchors = re.findall(r'<a id="([^"]+)"></a>([^|]+) \|', GLOSSARY.read_text())
    assert [word for anchor, word in anchors if anchor != word.lower().replace(" ", "-")] == []


def test_an_installed_suite_has_the_page(tmp_path: Path) -> None:
    """The wheel holds a copy, which the command reads; it needs no repository beside it."""
    installed = tmp_path / "installed"
    wheel = build("wheel", copy_of_checkout(tmp_path / "source"), tmp_path / "wheels")
    shutil.unpack_archive(wheel, installed, "zip")
    explained = subprocess.run(
        [sys.executable, "-P", "-c", "from sevensteps.cli.main import main; main()", "glossary", "direct payments"],
        env={"PYTHONPATH": str(installed)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert explained.stdout.startswith("direct payment\n")
    assert (installed / "sevensteps" / "glossary.md").read_text() == GLOSSARY.read_text()
