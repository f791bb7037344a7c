"""What holds for every call that changes a case."""

import json
from collections.abc import Sequence
from uuid import UUID

import pytest
import sqlalchemy as sa

from integration.assessment.practice import ABOUT_MATTERS, GOOD, Practice, call, methods
from servers.services import refusal_of
from sevensteps.errors import Kind
from sevensteps.events import PAYLOADS, DocumentAdded
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.service.tables import outbox

CALLS = {method.name: f"/{method.containing_service.full_name}/{method.name}" for method in methods()}
"""Every call of step 1, as it is named on the wire."""
HERE = ("AssessmentService", "ConversationService", "PeopleService", "ChoicesService", "FinancesService")
"""The services whose calls are tested here. The others of step 1 have tests of their own beside this file."""
NO_CASE = "case-000000000000"
WITH_ETAG = sorted(set(GOOD) - {"ResumeCase", "OpenAssessment"})

ROLES = {"ResumeCase": Role.OPERATIONS, "OpenAssessment": Role.JOURNEY, "AnswerComplaint": Role.TEAM_MANAGER}
"""Who may make the calls that no practitioner makes."""

every_change = pytest.mark.parametrize("rpc", sorted(GOOD))


async def events_of(work: Practice) -> Sequence[sa.Row[tuple[object, ...]]]:
    """The case's events, in order, but for what the person is told in writing."""
    of_case = sa.select(outbox).where(outbox.c.case_id == work.case.case_id, outbox.c.type != DocumentAdded.TYPE)
    in_order = of_case.order_by(outbox.c.seq)
    return await work.running.store.read(lambda connection: connection.execute(in_order).all())


def test_every_changing_call_is_in_these_tests() -> None:
    """A call that has a request id changes something, and is tested here."""
    changing = {
        method.name
        for method in methods()
        if method.containing_service.name in HERE and "request_id" in method.input_type.fields_by_name
    }
    assert changing == {*GOOD, "OpenCase", "RecordOverdue"}  # the last one changes no case, it tells


@every_change
async def test_a_good_request_is_done_and_told(work: Practice, rpc: str) -> None:
    """The case moves to its next version, and one event more says so."""
    request = await work.come_to(rpc)
    told = await events_of(work)
    etag = work.case.etag
    await call(work.who_may(rpc), rpc, request)
    assert int((await work.read()).etag) == int(etag) + 1
    assert len(await events_of(work)) == len(told) + 1


@every_change
async def test_asked_twice_it_is_done_once(work: Practice, rpc: str) -> None:
    """The same request again gives the first answer, though the etag is stale by then, and tells nothing new."""
    request = await work.come_to(rpc)
    first = await call(work.who_may(rpc), rpc, request)
    told = await events_of(work)
    assert await call(work.who_may(rpc), rpc, request) == first
    assert await events_of(work) == told


@every_change
async def test_a_request_id_is_good_for_one_request(work: Practice, rpc: str) -> None:
    """The same id with another body is refused and says that ids are not used again."""
    request = await work.come_to(rpc)
    await call(work.who_may(rpc), rpc, request)
    setattr(request, "case_id", NO_CASE)  # noqa: B010 - every one has it; Message does not say so
    fault = await refusal_of(call(work.who_may(rpc), rpc, request))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "REQUEST_ID_REUSED")
    assert "Use a new one" in fault.detail


@pytest.mark.parametrize("rpc", WITH_ETAG)
async def test_a_stale_etag_changes_nothing(work: Practice, rpc: str) -> None:
    """Who has not read the newest version is told to read it, and nothing is changed."""
    request = await work.come_to(rpc)
    await call(work.amy, "RecordSelfAssessment", work.on_case(GOOD["RecordSelfAssessment"]))
    case, told = await work.read(), await events_of(work)
    fault = await refusal_of(call(work.who_may(rpc), rpc, request))
    assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    assert "Read it again" in fault.detail
    assert await work.read() == case
    assert await events_of(work) == told


@pytest.mark.parametrize("rpc", WITH_ETAG)
async def test_without_an_etag_the_field_is_named(work: Practice, rpc: str) -> None:
    """Without an etag people cannot change a case."""
    request = await work.come_to(rpc)
    request.ClearField("etag")
    fault = await refusal_of(call(work.who_may(rpc), rpc, request))
    assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, ["etag"])


@every_change
async def test_another_councils_case_is_not_there(work: Practice, rpc: str) -> None:
    """The answer is the same as for a case that does not exist."""
    request = await work.come_to(rpc)
    case, told = await work.read(), await events_of(work)
    role = ROLES.get(rpc, Role.PRACTITIONER)
    stranger = work.caller(role, subject="sam", council="elsewhere")
    fault = await refusal_of(call(stranger, rpc, request))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")
    setattr(request, "case_id", NO_CASE)  # noqa: B010 - every one has it; Message does not say so
    unknown = await refusal_of(call(stranger, rpc, request))
    assert (unknown.kind, unknown.reason) == (fault.kind, fault.reason)
    assert unknown.detail == fault.detail.replace(case.case_id, NO_CASE)
    assert await work.read() == case
    assert await events_of(work) == told


@every_change
async def test_a_role_without_the_right_is_refused_by_name(work: Practice, rpc: str) -> None:
    """Every role that has no right is told which call it lacks and who has it, and nothing is changed."""
    request = await work.come_to(rpc)
    case = await work.read()
    for role in set(Role) - RIGHTS[CALLS[rpc]]:
        fault = await refusal_of(call(work.caller(role, council=EVERY_COUNCIL), rpc, request))
        assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
        assert fault.metadata == {"rpc": CALLS[rpc]}
        assert fault.detail.startswith(f"{rpc} may be called by: ")
    assert await work.read() == case


@pytest.mark.parametrize("rpc", sorted(set(GOOD) - {"ResumeCase"} - ABOUT_MATTERS))
async def test_after_the_ending_nothing_changes(work: Practice, rpc: str) -> None:
    """An ended case stays as it ended: the refusal says how it ended."""
    await work.come_to(rpc)
    await work.end()
    case = await work.read()
    fault = await refusal_of(call(work.who_may(rpc), rpc, work.on_case(GOOD[rpc])))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")
    assert fault.metadata["ending"] == "support_ended"
    assert await work.read() == case


@every_change
@pytest.mark.parametrize("request_id", ["", "1", "not-a-uuid", f"{{{UUID(int=7)}}}", UUID(int=7).hex])
async def test_a_request_id_is_a_uuid(work: Practice, rpc: str, request_id: str) -> None:
    """Anything but a UUID is refused before the case is read."""
    request = work.on_case(GOOD[rpc])
    setattr(request, "request_id", request_id)  # noqa: B010 - every one has it; Message does not say so
    fault = await refusal_of(call(work.who_may(rpc), rpc, request))
    assert fault.kind is Kind.INVALID
    assert "request_id" in [violation.field for violation in fault.violations]


async def test_events_say_who_and_hold_no_words_of_the_persons(work: Practice) -> None:
    """Every event of a case names the actor and the council, reads as its payload, and holds no narrative."""
    for rpc in sorted(set(GOOD) - {"EndCase"}):
        request = await work.come_to(rpc)
        await call(work.who_may(rpc), rpc, request)
        for row in await events_of(work):
            assert row.actor in {"amy", "olu", "tess", "journey"}
            assert row.council == "example"
            assert PAYLOADS[row.type].of(row.payload).as_json() == row.payload
            assert max((len(str(value)) for value in json.loads(row.payload).values()), default=0) < 64
