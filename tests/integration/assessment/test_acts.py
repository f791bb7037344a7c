"""What is done to a case as a whole: who did it, when and why is in the event, and can be read back."""

import json
from datetime import UTC

import pytest
import sqlalchemy as sa
from google.protobuf.message import Message

from integration.assessment.practice import GOOD, Practice, call, new_id
from servers.services import refusal_of
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.service.tables import outbox

HELD = "Waits for the hospital's own assessment."
RELEASED = "Home again."
MENDED = "The bank holidays of 2028 are in the pack."
ENDED = "The other council has taken over."


async def held_to_ended(work: Practice) -> None:
    """A case that Amy holds and releases, and that Olu of operations resumes and ends."""
    await work.open()
    olu = work.caller(Role.OPERATIONS, subject="olu")
    hold = pb.PlaceHoldRequest(reason=pb.HOLD_REASON_HOSPITAL, because=HELD)
    work.case = (await work.amy.PlaceHold(work.on_case(hold))).case
    work.case = (await work.amy.ReleaseHold(work.on_case(pb.ReleaseHoldRequest(because=RELEASED)))).case
    work.case = (await olu.ResumeCase(work.on_case(pb.ResumeCaseRequest(because=MENDED)))).case
    ending = pb.EndCaseRequest(ending=pb.ENDING_MOVED, because=ENDED)
    work.case = (await olu.EndCase(work.on_case(ending))).case


async def acts_of(work: Practice, role: Role = Role.PRACTITIONER) -> list[pb.Act]:
    """What the case's council reads of it."""
    answer = await work.caller(role).ListActs(pb.ListActsRequest(case_id=work.case.case_id))
    assert answer.next_page_token == ""
    return list(answer.acts)


async def test_who_did_it_when_and_why_can_be_read_back(work: Practice) -> None:
    """All four kinds, in their order, each as it was asked."""
    before = clock.now()
    await held_to_ended(work)
    acts = await acts_of(work)
    assert [(act.kind, act.acted_by, act.because, act.hold_reason, act.ending) for act in acts] == [
        (pb.ACT_KIND_HOLD_PLACED, "amy", HELD, pb.HOLD_REASON_HOSPITAL, pb.ENDING_UNSPECIFIED),
        (pb.ACT_KIND_HOLD_RELEASED, "amy", RELEASED, pb.HOLD_REASON_UNSPECIFIED, pb.ENDING_UNSPECIFIED),
        (pb.ACT_KIND_RESUMED, "olu", MENDED, pb.HOLD_REASON_UNSPECIFIED, pb.ENDING_UNSPECIFIED),
        (pb.ACT_KIND_ENDED, "olu", ENDED, pb.HOLD_REASON_UNSPECIFIED, pb.ENDING_MOVED),
    ]
    times = [clock.as_text(act.acted_at.ToDatetime(tzinfo=UTC)) for act in acts]
    assert times == sorted(times)
    assert clock.as_text(before) <= times[0]
    assert times[-1] <= clock.as_text(clock.now())


async def test_the_events_say_the_same(work: Practice) -> None:
    """Who reads the feed need not ask the service."""
    await held_to_ended(work)
    of_case = sa.select(outbox).where(outbox.c.case_id == work.case.case_id).order_by(outbox.c.seq)
    rows = await work.running.store.read(lambda connection: connection.execute(of_case).all())
    said = [(row.actor, json.loads(row.payload)) for row in rows]
    told = [(actor, payload["because"]) for actor, payload in said if "because" in payload]
    assert told == [(act.acted_by, act.because) for act in await acts_of(work)]


async def test_every_role_of_the_council_may_read_and_nobody_else(work: Practice) -> None:
    """As the case itself."""
    await held_to_ended(work)
    for role in set(Role) - {Role.SERVICE, Role.JOURNEY, Role.POLICY_OFFICER}:
        assert len(await acts_of(work, role)) == 4
    stranger = work.caller(Role.OPERATIONS, council="elsewhere")
    fault = await refusal_of(stranger.ListActs(pb.ListActsRequest(case_id=work.case.case_id)))
    assert fault.reason == "CASE_NOT_FOUND"


async def test_they_come_in_pages(work: Practice) -> None:
    """Each once and in order, whatever the size of the page; a token of one case is not one of another."""
    await held_to_ended(work)
    everything = await acts_of(work)
    for size in (1, 3, 4):
        request = pb.ListActsRequest(case_id=work.case.case_id, page_size=size)
        found: list[pb.Act] = []
        while True:
            page = await work.amy.ListActs(request)
            assert len(page.acts) <= size
            found += page.acts
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        assert found == everything
    first = await work.amy.ListActs(pb.ListActsRequest(case_id=work.case.case_id, page_size=1))
    await work.open()
    other = pb.ListActsRequest(case_id=work.case.case_id, page_token=first.next_page_token)
    assert (await refusal_of(work.amy.ListActs(other))).reason == "CURSOR_FILTER_MISMATCH"


async def test_a_client_that_gives_no_reason_is_served_as_before(work: Practice) -> None:
    """`because` came later: what is done without it is on record without it."""
    await work.open()
    await work.hold()
    work.case = (await work.amy.ReleaseHold(work.on_case(pb.ReleaseHoldRequest()))).case
    await work.end()
    assert [(act.acted_by, act.because) for act in await acts_of(work)] == [("amy", "")] * 3


@pytest.mark.parametrize("rpc", ["PlaceHold", "ReleaseHold", "ResumeCase", "EndCase"])
async def test_a_reason_has_a_thousand_characters_at_most(work: Practice, rpc: str) -> None:
    """One more is refused, and nothing is done. A thousand go into an event, whatever they are."""
    await work.come_to(rpc)
    before = len(await acts_of(work))
    fault = await refusal_of(call(work.who_may(rpc), rpc, work.on_case(with_reason(rpc, "\N{CYCLONE}" * 1001))))
    assert [each.field for each in fault.violations] == ["because"]
    assert len(await acts_of(work)) == before
    await call(work.who_may(rpc), rpc, work.on_case(with_reason(rpc, "\N{CYCLONE}" * 1000)))
    assert (await acts_of(work))[-1].because == "\N{CYCLONE}" * 1000


def with_reason(rpc: str, because: str) -> Message:
    """A good request of a call, with this reason."""
    request = type(GOOD[rpc])()
    request.CopyFrom(GOOD[rpc])
    setattr(request, "because", because)  # noqa: B010 - each of these has it; Message does not say so
    return request


async def test_operations_end_what_has_happened_elsewhere(work: Practice) -> None:
    """Who died, moved or wants no support; whether advice was enough or a refusal stands is not theirs to say."""
    olu = work.caller(Role.OPERATIONS, subject="olu")
    for ending in (pb.ENDING_INFORMATION_AND_ADVICE, pb.ENDING_ASSESSMENT_REFUSED, pb.ENDING_NOT_ELIGIBLE):
        await work.open()
        fault = await refusal_of(olu.EndCase(work.on_case(pb.EndCaseRequest(ending=ending))))
        assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")
        assert "died, moved, support_ended" in fault.detail
        assert not (await work.read()).ending
    for ending in (pb.ENDING_SUPPORT_ENDED, pb.ENDING_MOVED, pb.ENDING_DIED):
        await work.open()
        assert (await olu.EndCase(work.on_case(pb.EndCaseRequest(ending=ending)))).case.ending == ending
    both = work.caller(Role.OPERATIONS, Role.PRACTITIONER)
    await work.open()
    advised = pb.EndCaseRequest(ending=pb.ENDING_INFORMATION_AND_ADVICE)
    assert (await both.EndCase(work.on_case(advised))).case.ending == pb.ENDING_INFORMATION_AND_ADVICE


async def test_the_reason_of_a_second_ending_is_not_lost_in_silence(work: Practice) -> None:
    """Who ends a case that has ended, and says why, is told; sent again, the first request has its first answer."""
    await work.open()
    request = work.on_case(pb.EndCaseRequest(ending=pb.ENDING_MOVED, because=ENDED))
    first = await work.amy.EndCase(request)
    assert await work.amy.EndCase(request) == first
    request.request_id, request.etag = new_id(), first.case.etag
    fault = await refusal_of(work.amy.EndCase(request))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")
    work.case = first.case
    assert len(await acts_of(work)) == 1
