"""Why a case does not get what it is owed: a part of the suite before its own journey, and nothing without a reason."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.operations.domain import parts
from services.operations.domain.effects import Owed
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.journeys import (
    TASKS,
    Case,
    Ended,
    Failing,
    Retrying,
    failing,
    parked,
    retrying,
    without_journey,
)
from services.operations.domain.parts import explained
from services.operations.domain.words import what_all_have, what_is_wrong, what_to_do
from sevensteps.temporal import ASKED, TELLS_A_DATE, Parked
from unit.operations.standings import NOON

SINCE = NOON - timedelta(minutes=2)
OWED = Owed("case-1", "example", "plan_agreed", "Step 3 (getting your plan agreed)", SINCE, "planning", 9)
CASE = Case("case-1", "example", SINCE, 9)
ASKS = Retrying("OpenApproval", "approval", 5, "STORE_UNAVAILABLE")
FAILS = Failing(4, "its code does not fit what it has recorded")
FEED = parts.silent("feed", "", SINCE)
TEMPORAL = parts.silent("temporal", "", SINCE)
APPROVAL = parts.silent("approval", "", SINCE)
ONE_OF_TWO = parts.silent("approval", "10.0.0.2:7703", SINCE)
PLANNING = parts.silent("planning", "", SINCE)
WORKER = parts.worker_missing(SINCE, SINCE, 12_345, "r2")
RELAY = parts.relay_stuck(SINCE)
OUTBOX = parts.outbox_stuck("planning", SINCE)


@pytest.mark.parametrize(
    ("why", "of_parts", "cause"),
    [
        (None, [], "effect_missing/plan_agreed"),
        (ASKS, [], "activity_retrying/OpenApproval/STORE_UNAVAILABLE/approval"),
        (FAILS, [APPROVAL], "workflow_task_failing/its code does not fit what it has recorded"),
        (ASKS, [APPROVAL], APPROVAL.cause),
        (ASKS, [PLANNING], PLANNING.cause),
        (ASKS, [ONE_OF_TWO], "activity_retrying/OpenApproval/STORE_UNAVAILABLE/approval"),
        (ASKS, [APPROVAL, WORKER], WORKER.cause),
        (ASKS, [RELAY, WORKER, TEMPORAL, FEED], FEED.cause),
        (None, [OUTBOX], OUTBOX.cause),
        (None, [APPROVAL], "effect_missing/plan_agreed"),
    ],
)
def test_the_cause_of_a_case(why: Retrying | Failing | None, of_parts: Sequence[Finding], cause: str) -> None:
    """One cause, which never has the case in it: all that have it are one line."""
    found = explained(OWED, why, of_parts, NOON)
    assert found
    assert (found.cause, found.case_id, found.since) == (cause, "case-1", SINCE)
    assert "case-1" not in found.cause


def test_a_part_and_the_cases_that_it_holds_up_are_told_alike() -> None:
    """By kind, cause and sentence, so that they are one line."""
    found = explained(OWED, None, [WORKER], NOON)
    assert found
    assert (found.kind, found.cause, what_is_wrong(found)) == (WORKER.kind, WORKER.cause, what_is_wrong(WORKER))
    assert "12,345 open cases wait" in what_is_wrong(WORKER)
    assert "sevensteps worker --release r2" in what_to_do(WORKER)


def test_what_is_not_late_yet_is_not_missed_without_a_reason() -> None:
    """Only a reason is told before."""
    soon = SINCE + timedelta(seconds=30)
    assert explained(OWED, None, [], soon) is None
    assert explained(OWED, ASKS, [], soon) is not None


EVERYTHING = [
    FEED,
    ONE_OF_TWO,
    WORKER,
    parts.worker_missing(SINCE, None, 0, ""),
    RELAY,
    OUTBOX,
    parts.pack_refused("example", "planning", SINCE, decides=True),
    parts.pack_refused("example", "planning", SINCE, decides=False),
    parts.reader_late("council-finance", "ledger", SINCE, 7),
    retrying(CASE, ASKS),
    retrying(CASE, replace(ASKS, reason="ENGINES_DISAGREE")),
    failing(CASE, FAILS),
    parked(CASE, Parked("OpenMoney", "CASE_NOT_FOUND", "There is no case here.")),
    parked(CASE, Parked("", "FEED_CHANGED", "The feed is another one")),
    parked(CASE, Parked("OpenMoney", "ENGINES_DISAGREE", "They differ.")),
    parked(CASE, None),
    without_journey(CASE, None, NOON),
    without_journey(CASE, Ended("terminated", SINCE, "By mistake"), NOON),
    explained(OWED, None, [], NOON),
]


@pytest.mark.parametrize("finding", EVERYTHING)
def test_each_sentence_has_all_that_it_says(finding: Finding) -> None:
    """No place in it is left open, and it ends as a sentence does."""
    for sentence in (what_is_wrong(finding), what_all_have(finding), what_to_do(finding)):
        assert "something" not in sentence
        assert sentence.endswith(".")
        assert ".." not in sentence


def test_engines_that_disagree_are_a_kind_of_their_own() -> None:
    """A service is asked again and again as for any trouble, or the case is parked; and it needs something else."""
    differ = replace(ASKS, reason="ENGINES_DISAGREE")
    assert retrying(CASE, differ).kind is StuckKind.ENGINES_DISAGREE
    assert parked(CASE, Parked("OpenMoney", "ENGINES_DISAGREE", "")).kind is StuckKind.ENGINES_DISAGREE


def test_every_request_of_a_journey_has_words() -> None:
    """What it asks a service to do."""
    assert set(TASKS) == {*ASKED, TELLS_A_DATE}
