"""What is told of a letter that is not right: where, and what was expected."""

import pytest

from sevensteps.letters.checking import flaws
from sevensteps.letters.kinds import AdvocacyDecision, NextSteps, Values
from sevensteps.letters.letter import read_letter

HEAD = "---\ntitle: Next\nowner: Public information\nreviewed-on: 2026-11-28\nlanguage: en\n---\n"
EXAMPLES = (NextSteps("money_found"), NextSteps("plan_made"))


def told(body: str, *examples: Values, name: str = "next_steps", head: str = HEAD) -> list[str]:
    found = flaws(read_letter(name, head + body), examples or EXAMPLES)
    return [f"{flaw.line}: {flaw.expected}" for flaw in found]


def test_a_letter_that_is_right_has_no_flaws() -> None:
    """Every name has a value, every branch an example, and all of it is plain."""
    body = (
        '{% if about == "money_found" %}\nOne.\n{% else %}\nTwo.\n{% endif %}\nThis is {{ council }}. We wait for you.'
    )
    assert told(body) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ points }}", "7: one of about, case_id,"),
        ("\n{{ about.length }}", "8: a name that has a value; length has none there"),
        ("{% for each in about %}\nYes.\n{% endfor %}", "7: a list to go through"),
        ("{% if nobody %}\nYes.\n{% endif %}", "7: one of about"),
        ("{{ NUMBER }}", "7: one of about"),
        ("{{ KIND }}", "7: one of about"),
    ],
)
def test_a_name_without_a_value(body: str, expected: str) -> None:
    """Whether an example would reach it or not."""
    (flaw,) = told(body)
    assert flaw.startswith(expected)


def test_names_in_the_entries_of_a_list_are_looked_up_too() -> None:
    """By what the list holds: sentences have no parts."""
    body = "{% for sentence in sentences %}\n- {{ sentence }}\n- {{ sentence.law }}\n{% endfor %}"
    (flaw,) = told(body, AdvocacyDecision("met", ("Yes.",)), name="advocacy_decision")
    assert flaw == "9: a name that has a value; law has none there"


def test_a_branch_that_no_example_takes() -> None:
    """Each `if` is to be seen both ways, each `elif` and each list once."""
    body = "{% if due_on %}\nA.\n{% elif weekly %}\nB.\n{% endif %}"
    assert told(body) == [
        "7: an example in which this is so; there is none",
        "9: an example in which this is so; there is none",
    ]
    always = "{% if about %}\nA.\n{% endif %}"
    assert told(always) == ["7: an example in which this is not so, nor what follows it; there is none"]


def test_hard_words_and_long_sentences() -> None:
    """By line, where the letter itself is hard; by example, where it is what fills it in."""
    hard = (
        "Notwithstanding aforementioned considerations, eligibility determinations necessitate individual assessment."
    )
    assert told(hard)[0].startswith("7: grade 8 or less when it is read; it is ")
    long = "You " + "and you " * 13 + "."
    assert told(f"Plain.\n\n{long}") == ["9: sentences of at most 25 words; here is one of 27"]
    filled = "{{ about }}"
    assert told(filled, NextSteps(hard)) == [told(filled, NextSteps(hard))[0]]
    assert "in example 1" in told(filled, NextSteps(hard))[0]


def test_a_translation_is_not_measured_as_english() -> None:
    """Syllables are counted as English has them."""
    welsh = HEAD.replace("language: en", "language: cy")
    hard = "Penderfyniadau cymhwysedd anghenion llesiannol awdurdodau lleol cymdeithasol perthnasol arbennig."
    assert told(hard, name="next_steps.cy", head=welsh) == []
