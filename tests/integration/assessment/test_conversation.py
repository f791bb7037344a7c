"""What matters to the person comes before every determination, in their own words."""

import json
from datetime import timedelta
from typing import cast

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message

from integration.assessment.practice import ELIGIBLE, GOOD, Practice, call, days_ago, today
from servers.services import reason_of, refusal_of
from services.assessment.tables import conversations
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.assessment.v1 import conversation_pb2
from sevensteps.api.assessment.v1.conversation_pb2 import (
    COMMUNICATION_FORMAT_EASY_READ,
    COMMUNICATION_FORMAT_LARGE_PRINT,
    LIVING_GOAL_AREA_EMPLOYMENT,
    LIVING_GOAL_AREA_HOUSING,
    LivingGoal,
    RecordConversationRequest,
)
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.role_groups import CASEWORK
from sevensteps.service.tables import outbox

ALL_OF_IT = RecordConversationRequest(
    held_on=days_ago(3),
    what_matters="My garden.",
    wishes="To sleep.",
    strengths="I know the street.",
    preferences="Mornings.",
    aspirations="The sea.",
    wanted_outcomes=["To cook.", "To see my sister."],
    living_goals=[LivingGoal(area=LIVING_GOAL_AREA_HOUSING, goal="To stay here.")],
    communication_needs="Slowly.",
    formats=[COMMUNICATION_FORMAT_EASY_READ, COMMUNICATION_FORMAT_LARGE_PRINT],
    language="cy",
)
CONFIRMATION = pb.ConfirmDeterminationRequest(reasons="As assessed together.")


async def propose(work: Practice) -> None:
    """Have a determination proposed, and nothing before it."""
    request = pb.ProposeDeterminationRequest(assessed_on=today(), adult=ELIGIBLE)
    answer = await work.amy.ProposeDetermination(work.on_case(request))
    work.case, work.determination = answer.case, answer.determination


async def record(work: Practice, request: Message) -> None:
    """Record or refuse the conversation."""
    rpc = request.DESCRIPTOR.name.removesuffix("Request")
    answer = await call(work.amy, rpc, work.on_case(request))
    work.case = cast("conversation_pb2.RecordConversationResponse", answer).case


async def listed(work: Practice) -> list[conversation_pb2.Conversation]:
    """The conversations of the case."""
    request = conversation_pb2.ListConversationsRequest(case_id=work.case.case_id)
    answer = await call(work.amy, "ListConversations", request)
    return list(cast("conversation_pb2.ListConversationsResponse", answer).conversations)


async def told(work: Practice) -> tuple[str, dict[str, object]]:
    """The type of the case's newest event, and what it says."""
    newest = sa.select(outbox).where(outbox.c.case_id == work.case.case_id).order_by(outbox.c.seq.desc())
    row = await work.running.store.read(lambda connection: connection.execute(newest).first())
    assert row is not None
    return row.type, json.loads(row.payload)


@pytest.mark.item(2, 14)
async def test_all_that_was_said_is_read_back(work: Practice) -> None:
    """In the person's words, by round, with who recorded it; the event has the parts of life and the forms alone."""
    await work.open()
    await record(work, ALL_OF_IT)
    [said] = await listed(work)
    for name in set(RecordConversationRequest.DESCRIPTOR.fields_by_name) - {"request_id", "case_id", "etag"}:
        assert getattr(said, name) == getattr(ALL_OF_IT, name), name
    assert (said.round, said.recorded_by, said.refused_because) == (1, "amy", "")
    assert said.recorded_at.ToDatetime().date() == clock.now().date()
    about = {"round": 1, "held_on": days_ago(3), "living_goals": ["housing"], "formats": ["easy_read", "large_print"]}
    assert await told(work) == ("conversation.recorded.v1", about)


@pytest.mark.item(2)
async def test_no_determination_is_confirmed_before_it(work: Practice) -> None:
    """The refusal says what to call, and changes nothing; after a conversation the same proposal is confirmed."""
    await work.open()
    await propose(work)
    fault = await refusal_of(work.amy.ConfirmDetermination(work.on_case(CONFIRMATION)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CONVERSATION_MISSING")
    assert "RecordConversation" in fault.detail
    assert "RefuseConversation" in fault.detail
    assert (await work.read()).etag == work.case.etag
    await record(work, ALL_OF_IT)
    assert (await work.confirm()).state == pb.DETERMINATION_STATE_CONFIRMED


async def test_a_conversation_that_is_not_wanted_keeps_nobody_waiting(work: Practice) -> None:
    """Why it was not wanted is on record, and out of the feed; the determination goes on."""
    await work.open()
    await propose(work)
    refusal = conversation_pb2.RefuseConversationRequest(refused_on=days_ago(1), because="I have said it all before.")
    await record(work, refusal)
    [said] = await listed(work)
    assert (said.held_on, said.refused_because, said.what_matters) == (days_ago(1), refusal.because, "")
    assert await told(work) == ("conversation.refused.v1", {"round": 1, "refused_on": days_ago(1)})
    await work.confirm()


async def test_each_round_has_a_conversation_of_its_own(work: Practice) -> None:
    """What was said a year ago does not carry a new determination; the earlier one stays on record."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    await work.journey().OpenAssessment(work.on_case(pb.OpenAssessmentRequest(round=2, opened_on=today())))
    await work.read()
    await propose(work)
    assert await reason_of(work.amy.ConfirmDetermination(work.on_case(CONFIRMATION))) == "CONVERSATION_MISSING"
    await record(work, ALL_OF_IT)
    assert [said.round for said in await listed(work)] == [1, 2]
    await work.confirm()


async def test_a_determination_of_before_the_upgrade_is_under_the_same_gate(work: Practice) -> None:
    """A proposal that waits since a version without conversations is confirmed after one, and nothing is lost."""
    await work.open()
    await work.propose()
    remove = conversations.delete().where(conversations.c.case_id == work.case.case_id)
    await work.running.store.write(lambda connection: connection.execute(remove))
    assert await reason_of(work.amy.ConfirmDetermination(work.on_case(CONFIRMATION))) == "CONVERSATION_MISSING"
    await work.talk()
    await work.confirm()


async def test_it_goes_on_in_every_step_of_an_open_case(work: Practice) -> None:
    """Wishes change while the plan is made: they are recorded in the round that they belong to."""
    await work.open()
    await work.propose()
    await work.confirm()
    await work.give_budget()
    await record(work, ALL_OF_IT)
    assert (await listed(work))[-1].round == 1


WRONG = [
    ({"what_matters": ""}, "what_matters"),
    ({"what_matters": "   "}, "what_matters"),
    ({"what_matters": "x" * 20_001}, "what_matters"),
    ({"wishes": "x" * 20_001}, "wishes"),
    ({"held_on": (clock.today() + timedelta(days=1)).isoformat()}, "held_on"),
    ({"held_on": days_ago(400)}, "held_on"),
    ({"held_on": "yesterday"}, "held_on"),
    ({"wanted_outcomes": ["To cook.", ""]}, "wanted_outcomes[1]"),
    ({"wanted_outcomes": ["x"] * 51}, "wanted_outcomes"),
    ({"living_goals": [LivingGoal(goal="To work.")]}, "living_goals[0].area"),
    ({"living_goals": [LivingGoal(area=LIVING_GOAL_AREA_EMPLOYMENT)]}, "living_goals[0].goal"),
    ({"living_goals": [LivingGoal(area=LIVING_GOAL_AREA_EMPLOYMENT, goal="Any.")] * 2}, "living_goals[1].area"),
    ({"formats": [0]}, "formats[0]"),
    ({"formats": [99]}, "formats[0]"),
    ({"formats": [COMMUNICATION_FORMAT_EASY_READ] * 2}, "formats[1]"),
    ({"language": "Welsh"}, "language"),
]


@pytest.mark.item(2, 14)
@pytest.mark.parametrize(("wrong", "field"), WRONG)
async def test_a_wrong_field_is_named(work: Practice, wrong: dict[str, object], field: str) -> None:
    """And nothing is recorded."""
    await work.open()
    said = {each.name: value for each, value in ALL_OF_IT.ListFields()}
    request = RecordConversationRequest(**said | wrong)
    fault = await refusal_of(call(work.amy, "RecordConversation", work.on_case(request)))
    assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, [field])
    assert await listed(work) == []


async def test_why_it_was_refused_has_to_be_said(work: Practice) -> None:
    """A refusal without a reason, and one of tomorrow, are refused by their fields."""
    await work.open()
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    request = conversation_pb2.RefuseConversationRequest(refused_on=tomorrow)
    fault = await refusal_of(call(work.amy, "RefuseConversation", work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["refused_on", "because"]


async def test_it_is_read_by_those_who_work_on_the_case(work: Practice) -> None:
    """They are the person's own words about their life: nobody else of the council reads them, and no other council."""
    await work.open()
    await record(work, GOOD["RecordConversation"])
    request = conversation_pb2.ListConversationsRequest(case_id=work.case.case_id)
    for role in Role:
        expected = "" if role in CASEWORK else "ROLE_LACKS_RIGHT"
        assert await reason_of(call(work.caller(role), "ListConversations", request)) == expected
    stranger = work.caller(Role.PRACTITIONER, council="elsewhere")
    assert await reason_of(call(stranger, "ListConversations", request)) == "CASE_NOT_FOUND"
