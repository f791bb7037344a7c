"""`sevensteps glossary`, as somebody reads it who meets a word for the first time."""

import pytest
from typer.testing import CliRunner, Result

from sevensteps.cli.commands import app
from sevensteps.glossary import entries


def _glossary(*words: str) -> Result:
    return CliRunner().invoke(app, ["glossary", *words])


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def test_the_list_has_every_word_with_its_first_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line a word, in the order of the page."""
    monkeypatch.delenv("COLUMNS", raising=False)
    listed = _glossary()
    expected = [f"{entry.word} {entry.summary}" for entry in entries()]
    assert [_in_one_line(line) for line in listed.stdout.splitlines()] == expected
    assert listed.exit_code == 0


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.word)
def test_one_word_is_explained_in_full_with_its_source(entry: object) -> None:
    """The whole meaning, without the page's links, and where it comes from."""
    word, meaning, source = (str(getattr(entry, name)) for name in ("word", "meaning", "source"))
    explained = _glossary(word)
    lines = (word, meaning, f"Source: {source}" if source else "")
    assert _in_one_line(explained.stdout) == _in_one_line(" ".join(lines))
    assert not set("[]()`") & set(meaning.replace("(s.", ""))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("direct payment",), "direct payment"),
        (("Direct", "Payments"), "direct payment"),
        (("INDIVIDUAL BUDGETS",), "individual budget"),
        (("self directed support",), "self-directed support"),
        (("resource allocation systems",), "resource allocation system"),
        (("person-centred approaches",), "person-centred approach"),
        (("outcomes",), "outcome"),
    ],
)
def test_a_word_is_found_however_it_is_written(words: tuple[str, ...], expected: str) -> None:
    """Singular or plural, capitals or not, with a hyphen or without, quoted or not."""
    assert _glossary(*words).stdout.splitlines()[0] == expected


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("direct paymnet", "Did you mean direct payment?"),
        ("budget", "Did you mean individual budget or personal budget or personal health budget?"),
        ("zebra", "`sevensteps glossary` lists every word it has."),
        ("[dim]zz", "`sevensteps glossary` lists every word it has."),
        ("-", "`sevensteps glossary` lists every word it has."),
    ],
)
def test_a_word_that_is_not_there_is_answered_with_a_sentence(word: str, hint: str) -> None:
    """With the words that may have been meant, and exit code 1."""
    answer = _glossary(word)
    assert answer.stderr == f'The glossary does not have "{word}". {hint}\n'
    assert (answer.stdout, answer.exit_code) == ("", 1)
