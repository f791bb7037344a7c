"""What holds for every call that changes who may act for a person."""

import json
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from integration.assessment.speaking import GOOD, Speaking
from servers.services import Running, refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.events import PAYLOADS
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.rights import RIGHTS
from sevensteps.service.tables import outbox

SERVICE = "/sevensteps.api.assessment.v1.RepresentationService/"
SELF_ASSESSMENT = assessment_pb2.RecordSelfAssessmentRequest(
    help=assessment_pb2.SELF_ASSESSMENT_HELP_ALONE, own_words="I want to cook for myself again."
)
every_change = pytest.mark.parametrize("rpc", sorted(GOOD))


@pytest.fixture
def work(running: Running) -> Speaking:
    """Amy, before she opens a case."""
    return Speaking(running)


async def events_of(work: Speaking) -> Sequence[sa.Row[tuple[object, ...]]]:
    """The case's events, in order."""
    of_case = sa.select(outbox).where(outbox.c.case_id == work.case.case_id).order_by(outbox.c.seq)
    return await work.running.store.read(lambda connection: connection.execute(of_case).all())


def test_every_changing_call_is_in_these_tests() -> None:
    """A call that has a request id changes something, and is tested here."""
    service = pb.DESCRIPTOR.services_by_name["RepresentationService"]
    changing = {method.name for method in service.methods if "request_id" in method.input_type.fields_by_name}
    assert changing == set(GOOD)


@every_change
async def test_a_good_request_is_done_and_told_once(work: Speaking, rpc: str) -> None:
    """The case moves to its next version, and one event more says so, in ids, enums and dates; sent again, no more."""
    request = await work.come_to(rpc)
    told, etag = await events_of(work), work.case.etag
    first = await work.send(request)
    assert int((await work.read()).etag) == int(etag) + 1
    *before, event = await events_of(work)
    assert before == told
    assert (event.actor, event.council) == ("amy", "example")
    assert PAYLOADS[event.type].of(event.payload).as_json() == event.payload
    assert max(len(str(value)) for value in json.loads(event.payload).values()) < 64
    assert await work.send(request) == first
    assert len(await events_of(work)) == len(told) + 1


@every_change
async def test_a_stale_etag_changes_nothing(work: Speaking, rpc: str) -> None:
    """Who has not read the newest version is told to read it."""
    request = await work.come_to(rpc)
    await work.amy.RecordSelfAssessment(work.on_case(SELF_ASSESSMENT))
    told = await events_of(work)
    fault = await refusal_of(work.send(request))
    assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    assert await events_of(work) == told


@every_change
async def test_another_councils_case_is_not_there(work: Speaking, rpc: str) -> None:
    """The answer is the same as for a case that does not exist."""
    request = await work.come_to(rpc)
    stranger = work.speaking_as(Role.PRACTITIONER, subject="sam", council="elsewhere")
    fault = await refusal_of(work.send(request, stranger))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")


@every_change
async def test_a_role_without_the_right_is_refused_by_name(work: Speaking, rpc: str) -> None:
    """Every role that has no right is told which call it lacks."""
    request = await work.come_to(rpc)
    for role in set(Role) - RIGHTS[SERVICE + rpc]:
        fault = await refusal_of(work.send(request, work.speaking_as(role, council=EVERY_COUNCIL)))
        assert (fault.kind, fault.reason) == (Kind.DENIED, "ROLE_LACKS_RIGHT")


@every_change
async def test_after_the_ending_nothing_changes(work: Speaking, rpc: str) -> None:
    """An ended case stays as it ended."""
    await work.come_to(rpc)
    await work.end()
    fault = await refusal_of(work.do(GOOD[rpc]))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")


@pytest.mark.parametrize(
    ("rpc", "id_", "reason"),
    [
        ("EndAppointment", "appointment_id", "APPOINTMENT_NOT_FOUND"),
        ("RecordBestInterests", "capacity_id", "CAPACITY_NOT_FOUND"),
        ("CheckAuthority", "authority_id", "AUTHORITY_NOT_FOUND"),
        ("RevokeAuthority", "authority_id", "AUTHORITY_NOT_FOUND"),
    ],
)
async def test_what_another_case_has_is_not_there(work: Speaking, rpc: str, id_: str, reason: str) -> None:
    """Ids are of one case."""
    await work.come_to(rpc)
    named = work.ids[id_]
    await work.open()
    fault = await refusal_of(work.do(GOOD[rpc]))
    assert (fault.kind, fault.reason, named in fault.detail) == (Kind.NOT_FOUND, reason, False)
