"""What `policy check` says of letters: by file and line, with what was expected."""

from pathlib import Path

import pytest

from sevensteps.policy.authoring.check import check
from sevensteps.policy.authoring.checked import Checked
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.packs.pack import read_pack

HEAD = "---\ntitle: Next\nowner: Public information\nreviewed-on: 2026-11-28\nlanguage: en\n---\n"
LETTER = HEAD + "{% if due_on %}\nBy {{ due_on }}.\n{% else %}\nSoon.\n{% endif %}\n"
EXAMPLES = """
letter: next_steps
examples:
  - {name: With a day, values: {about: plan_made, due_on: 2026-06-01}}
  - {name: Without, values: {about: plan_made}}
"""
OVERLAY = "pack: own\nformat: 3\ntitle: A council's own texts\nextends: small\n"


@pytest.fixture
def letters(packs: Path) -> Path:
    """The folder of letters of the small pack, with one that is right."""
    folder = packs / "small" / "letters"
    folder.mkdir()
    (folder / "next_steps.md").write_text(LETTER)
    (folder / "next_steps.yaml").write_text(EXAMPLES)
    return folder


def told(packs: Path, name: str = "small") -> list[str]:
    return [str(problem) for problem in check(packs, name)]


def test_a_letter_that_is_right_has_no_problem(packs: Path, letters: Path) -> None:
    """Its branches are all shown."""
    assert told(packs) == []


def test_a_letter_that_is_wrong_is_told_by_its_line(packs: Path, letters: Path) -> None:
    """A name without a value, before anybody gets it."""
    (letters / "next_steps.md").write_text(LETTER + "\n{{ nobody }}\n")
    (problem,) = told(packs)
    assert problem.startswith("small/letters/next_steps.md:13: next_steps: one of about, case_id,")


def test_a_branch_without_an_example_is_told(packs: Path, letters: Path) -> None:
    """By the line on which it begins."""
    (letters / "next_steps.yaml").write_text(EXAMPLES.replace("  - {name: Without, values: {about: plan_made}}\n", ""))
    (problem,) = told(packs)
    assert problem == (
        "small/letters/next_steps.md:7: next_steps: an example in which this is not so, nor what follows it; there is "
        "none"
    )


@pytest.mark.parametrize(
    ("written", "becomes", "expected"),
    [
        ("due_on:", "due:", "small/letters/next_steps.yaml:4: due: one of about, outcome, due_on, weekly"),
        ("2026-06-01", "soon", "small/letters/next_steps.yaml:4: With a day: values of next_steps: Invalid"),
        ("letter: next_steps", "letter: advice", "small/letters/next_steps.yaml:2: letter: the letter next_steps"),
        ("  - {name: With", "  - {nam: With", "small/letters/next_steps.yaml:4"),
    ],
)
def test_examples_that_cannot_be_are_told(
    packs: Path, letters: Path, written: str, becomes: str, expected: str
) -> None:
    """By their own file and line."""
    (letters / "next_steps.yaml").write_text(EXAMPLES.replace(written, becomes))
    assert any(problem.startswith(expected) for problem in told(packs)), told(packs)


def test_examples_are_asked_for_and_belong_to_a_letter(packs: Path, letters: Path) -> None:
    """A letter without any is not known to be right; those of no letter try nothing."""
    (letters / "next_steps.yaml").rename(letters / "next_step.yaml")
    assert told(packs) == [
        "small/letters/next_step.yaml: next_step: examples of a letter of this pack; did you mean next_steps?",
        "small/letters/next_steps.yaml: next_steps: a file with examples; there is none",
    ]


def test_a_file_that_is_no_letter_is_told(packs: Path, letters: Path) -> None:
    """Its name says no kind."""
    (letters / "postcard.md").write_text(LETTER)
    (problem,) = told(packs)
    assert problem.startswith("small/letters/postcard.md:1: postcard: a name such as next_steps.md; the kinds are ")


def test_a_council_tries_its_own_letters_with_the_nations_examples(packs: Path, letters: Path) -> None:
    """Unless it has some of its own; a translation is tried with those of the letter that it translates."""
    own = packs / "own" / "letters"
    own.mkdir(parents=True)
    (packs / "own" / "pack.yaml").write_text(OVERLAY)
    (own / "next_steps.md").write_text(LETTER.replace("Soon", "Soon, we hope"))
    (own / "next_steps.cy.md").write_text(LETTER.replace("language: en", "language: cy"))
    assert told(packs, "own") == []
    (own / "next_steps.md").write_text(LETTER + "{% if weekly %}\nMoney.\n{% endif %}\n")
    (problem,) = told(packs, "own")
    assert problem.startswith("own/letters/next_steps.md:12: next_steps: an example in which this is so")


def test_what_was_checked_is_checked_again_when_examples_change(packs: Path, letters: Path) -> None:
    """They are not part of the version, as worked cases are not."""
    pack = read_pack(packs, "small")
    before = Checked(None).subject(packs, pack)
    (letters / "next_steps.yaml").write_text(EXAMPLES + "\n")
    assert read_pack(packs, "small").hash == pack.hash
    assert Checked(None).subject(packs, pack) != before


def test_what_changed_in_a_letter_is_told_by_line(packs: Path, letters: Path) -> None:
    """And which letters are new or gone."""
    old = read_pack(packs, "small")
    (letters / "next_steps.md").write_text(LETTER.replace("Soon.", "As soon as we can."))
    (letters / "next_steps.cy.md").write_text(LETTER.replace("language: en", "language: cy"))
    new = read_pack(packs, "small")
    assert differences(old, new) == [
        "letter next_steps, no longer says: Soon.",
        "letter next_steps, says: As soon as we can.",
        "letter next_steps.cy is new",
    ]
    assert differences(new, old)[-1] == "letter next_steps.cy is gone"
