"""The exercises of a rehearsal: told so that everybody understands them, and mended only where operations see it."""

from dataclasses import astuple
from itertools import chain
from pathlib import Path

import pytest

from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.config import Settings, SettingsError
from sevensteps.errors import Fault
from sevensteps.rehearsal.exercises import Exercise, Harm, Rehearsal
from sevensteps.rehearsal.mending import Mended, Seen
from sevensteps.rehearsal.words import CATALOGUE, words_of
from unit.operations.reading import grade, sentences_of

HIGHEST = 8
ROW = pb.CaseRow(case_id="case-1")
PARKED = Exercise(Harm.PARKED, "case-1")
APPROVAL = Exercise(Harm.APPROVAL, "case-1")


def seen(
    *stuck: "pb.StuckKind.ValueType", rows: tuple[pb.CaseRow, ...] = (ROW,), cause: str = "", is_known: bool = True
) -> Seen:
    """What operations say of the case."""
    found = [pb.Stuck(case_id="case-1", kind=kind) for kind in stuck]
    return Seen(found, [pb.Cause(cause_id=cause)], rows, is_known)


def test_every_exercise_is_told_in_plain_words() -> None:
    """At a grade of 8 or less."""
    texts = chain.from_iterable(
        (each.title, each.seen, each.find_out, each.do, *each.hints) for each in CATALOGUE.values()
    )
    hard = {sentence: grade(sentence) for text in texts for sentence in sentences_of(text) if grade(sentence) > HIGHEST}
    assert hard == {}


@pytest.mark.parametrize("harm", Harm)
def test_every_harm_is_told_of_its_case(harm: Harm) -> None:
    """No place is left open."""
    told = str(astuple(words_of(Exercise(harm, "case-1"))))
    assert "case-1" in told
    assert "{" not in told


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (seen(pb.STUCK_KIND_PARKED), Mended.NO),
        (seen(pb.STUCK_KIND_WORKER_MISSING), Mended.NO),
        (seen(), Mended.YES),
        (seen(pb.STUCK_KIND_CLOCK_NEAR), Mended.YES),
        (seen(rows=(pb.CaseRow(case_id="case-1", ending="died"),)), Mended.ENDED),
        (seen(rows=()), Mended.UNKNOWN),
        (seen(is_known=False), Mended.UNKNOWN),
        (seen(pb.STUCK_KIND_PARKED, is_known=False), Mended.NO),
    ],
)
def test_an_exercise_is_mended_where_nothing_keeps_the_case_any_more(now: Seen, state: Mended) -> None:
    """Not where it is stuck otherwise now, was ended, or where operations do not know."""
    assert now.state_of(PARKED) is state


def test_a_part_of_the_suite_is_mended_where_it_answers_again_and_the_case_has_gone_on() -> None:
    """Both have to be seen."""
    assert seen(cause="part_not_answering/approval").state_of(APPROVAL) is Mended.NO
    assert seen(cause="part_not_answering/review").state_of(APPROVAL) is Mended.YES
    assert seen(pb.STUCK_KIND_ACTIVITY_RETRYING).state_of(APPROVAL) is Mended.NO


def test_the_file_of_exercises_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Seed, harms and cases."""
    rehearsal, file = Rehearsal(7, [PARKED, Exercise(Harm.WORKER, "case-2")]), tmp_path / "rehearsal.json"
    rehearsal.write(file)
    assert Rehearsal.read(file) == rehearsal


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"seed": 1, "exercises": [{"harm": "fire", "case_id": "c"}]}'])
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str | None) -> None:
    """The sentence says where it should be, and what to do."""
    file = tmp_path / "rehearsal.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(Fault, match=r"REHEARSAL_UNREADABLE.*rehearsal\.json.*Start a new rehearsal\."):
        Rehearsal.read(file)


def test_production_is_no_rehearsal() -> None:
    """There everything counts, and no page may say otherwise."""
    with pytest.raises(SettingsError, match="SEVENSTEPS_REHEARSAL: expected nothing"):
        Settings(mode="production", rehearsal="rehearsal.json").check()
