"""What a person is owed in writing after a determination: by when, how it was given, and told when it is late."""

import json
from datetime import date

import sqlalchemy as sa

from integration.assessment.practice import ELIGIBLE, NOT_ELIGIBLE, Practice, new_id
from servers.services import refusal_of
from services.assessment.tables import determinations, written
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import AdviceGiven, DeterminationConfirmed, StepOverdue, WrittenRecordGiven
from sevensteps.identity.actor import Role
from sevensteps.service.tables import outbox

RECORD, ADVICE = pb.WRITTEN_KIND_WRITTEN_RECORD, pb.WRITTEN_KIND_ADVICE


async def owed(work: Practice) -> list[pb.Written]:
    """What is owed after the standing determination, as it is read."""
    answer = await work.amy.GetDetermination(pb.GetDeterminationRequest(case_id=work.case.case_id))
    return list(answer.determination.written)


async def told(work: Practice, type_: str) -> list[dict[str, object]]:
    """The payloads of the case's events of a type."""
    query = sa.select(outbox.c.payload).where(outbox.c.case_id == work.case.case_id, outbox.c.type == type_)
    rows = await work.running.store.read(lambda connection: connection.execute(query).scalars().all())
    return [json.loads(row) for row in rows]


async def give(work: Practice, given_on: str = "") -> None:
    """Give the written record by post."""
    request = pb.GiveWrittenRecordRequest(how=pb.GIVEN_BY_POST, given_on=given_on)
    work.case = (await work.amy.GiveWrittenRecord(work.on_case(request))).case


async def advise(work: Practice, how: pb.GivenBy.ValueType = pb.GIVEN_BY_UNSPECIFIED) -> None:
    """Give written reasons and advice."""
    request = pb.GiveAdviceRequest(written_reasons="One.", advice="A club.", how_to_ask_again="Ring us.", how=how)
    work.case = (await work.amy.GiveAdvice(work.on_case(request))).case


async def pass_date(work: Practice, clock_: str, due_on: str, *, turn: int = 1) -> None:
    """What the journey sends when a date has passed."""
    request = pb.RecordOverdueRequest(
        request_id=new_id(),
        case_id=work.case.case_id,
        stage="money_found",
        turn=turn,
        due_on=due_on,
        by_law=True,
        clock=clock_,
    )
    await work.journey().RecordOverdue(request)


async def determined(work: Practice, facts: pb.AdultFacts = ELIGIBLE) -> None:
    """A case with a confirmed determination."""
    await work.open()
    await work.propose(facts)
    await work.confirm()


async def test_the_record_is_owed_from_the_determination(work: Practice) -> None:
    """Its date counts from the day of the confirmation, by the pack's own clock, and stands in answer and event."""
    await determined(work)
    (record,) = await owed(work)
    assert (record.kind, record.given_on, record.overdue_told) == (RECORD, "", False)
    days = (date.fromisoformat(record.due_on) - clock.now().date()).days
    assert 1 <= days <= 6, "one working day in this council, and perhaps holidays before it"
    (confirmed,) = await told(work, DeterminationConfirmed.TYPE)
    assert (confirmed["record_due"], confirmed["advice_due"]) == (record.due_on, "")


async def test_where_nothing_is_eligible_advice_is_owed_too(work: Practice) -> None:
    """Each has its own clock (s.13(2), (5)), and GiveAdvice gives both."""
    await determined(work, NOT_ELIGIBLE)
    assert [each.kind for each in await owed(work)] == [RECORD, ADVICE]
    (confirmed,) = await told(work, DeterminationConfirmed.TYPE)
    assert confirmed["record_due"]
    assert confirmed["advice_due"]
    await advise(work, how=pb.GIVEN_BY_HAND)
    today = clock.now().date().isoformat()
    assert [(each.given_on, each.recorded_by, each.how) for each in await owed(work)] == [
        (today, "amy", pb.GIVEN_BY_HAND)
    ] * 2
    nothing_chosen = {"options": [], "signposts": 0, "own_money": False}
    assert await told(work, AdviceGiven.TYPE) == [{"round": 1, "given_on": today, "how": "hand", **nothing_chosen}]


async def test_who_gave_the_record_when_and_how_is_on_record(work: Practice) -> None:
    """Also after the round is done, and before the advice; a second time is refused."""
    await determined(work)
    await work.give_budget()
    yesterday = clock.now().date().fromordinal(clock.now().date().toordinal() - 1).isoformat()
    await give(work, yesterday)
    (record,) = await owed(work)
    assert (record.given_on, record.recorded_by, record.how) == (yesterday, "amy", pb.GIVEN_BY_POST)
    assert await told(work, WrittenRecordGiven.TYPE) == [{"round": 1, "given_on": yesterday, "how": "post"}]
    fault = await refusal_of(give(work))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "STAGE_ORDER")
    assert yesterday in fault.detail


async def test_a_record_given_before_the_advice_keeps_its_day(work: Practice) -> None:
    """The advice closes what is still open, and nothing else."""
    await determined(work, NOT_ELIGIBLE)
    yesterday = clock.now().date().fromordinal(clock.now().date().toordinal() - 1).isoformat()
    await give(work, yesterday)
    await advise(work)
    record, advice = await owed(work)
    assert (record.given_on, record.how) == (yesterday, pb.GIVEN_BY_POST)
    assert (advice.given_on, advice.how) == (clock.now().date().isoformat(), pb.GIVEN_BY_UNSPECIFIED)


async def test_nothing_can_be_given_before_the_determination(work: Practice) -> None:
    """A proposal is nobody's decision yet; and the day lies within a year, never ahead."""
    await work.open()
    await work.propose()
    assert (await refusal_of(give(work))).reason == "STAGE_ORDER"
    await work.confirm()
    fault = await refusal_of(give(work, "2199-01-01"))
    assert [violation.field for violation in fault.violations] == ["given_on"]
    fault = await refusal_of(work.amy.GiveWrittenRecord(work.on_case(pb.GiveWrittenRecordRequest())))
    assert [violation.field for violation in fault.violations] == ["how"]


async def test_a_date_that_passes_is_told_once(work: Practice) -> None:
    """By its clock and with the round, beside the date of the step; asked again nothing more is told."""
    await determined(work, NOT_ELIGIBLE)
    record, advice = await owed(work)
    for _ in range(2):
        await pass_date(work, "written_record", record.due_on)
    await pass_date(work, "advice", advice.due_on)
    overdue = [StepOverdue(**payload) for payload in await told(work, StepOverdue.TYPE)]  # type: ignore[arg-type]
    assert overdue == [
        StepOverdue("money_found", 1, record.due_on, "hard", "written_record"),
        StepOverdue("money_found", 1, advice.due_on, "hard", "advice"),
    ]
    assert [each.overdue_told for each in await owed(work)] == [True, True]


async def test_what_was_given_is_never_overdue(work: Practice) -> None:
    """A date that the journey tells late, after the record was given, is not told."""
    await determined(work)
    (record,) = await owed(work)
    await give(work)
    await pass_date(work, "written_record", record.due_on)
    assert await told(work, StepOverdue.TYPE) == []


async def test_a_clock_that_there_is_not_is_refused(work: Practice) -> None:
    """Its name is one of the two."""
    await determined(work)
    fault = await refusal_of(pass_date(work, "contact", "2026-12-04"))
    assert [violation.field for violation in fault.violations] == ["clock"]


async def test_of_a_determination_of_before_the_record_can_be_given(work: Practice) -> None:
    """An earlier version set no clock: nothing is owed by a date, and what was given goes on record."""
    await determined(work)

    def forget(connection: sa.Connection) -> None:
        connection.execute(written.delete().where(written.c.case_id == work.case.case_id))
        of_case = determinations.c.case_id == work.case.case_id
        connection.execute(determinations.update().where(of_case).values(assessment=None))

    await work.running.store.write(forget)
    assert await owed(work) == []
    await pass_date(work, "written_record", "2026-12-04")
    assert await told(work, StepOverdue.TYPE) == []
    await give(work)
    (record,) = await owed(work)
    assert (record.due_on, bool(record.given_on)) == ("", True)


async def test_practitioners_alone_give_the_record(work: Practice) -> None:
    """A planner may not say that it was given."""
    await determined(work)
    pat = work.caller(Role.PLANNER, subject="pat")
    request = work.on_case(pb.GiveWrittenRecordRequest(how=pb.GIVEN_BY_EMAIL))
    assert (await refusal_of(pat.GiveWrittenRecord(request))).reason == "ROLE_LACKS_RIGHT"
