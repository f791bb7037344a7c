"""What holds for every call about contacts, refusals, concerns and how it felt."""

from uuid import UUID

import pytest

from integration.assessment.contact_practice import GOOD, ContactPractice, rpc_of
from servers.services import Running, refusal_of
from sevensteps.api.assessment.v1 import contacts_pb2, feelings_pb2, rounds_pb2, safeguarding_pb2
from sevensteps.errors import Kind
from sevensteps.events import PAYLOADS
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.identity.rights import RIGHTS

NO_CASE = "case-000000000000"
OF_NO_CASE = {"RecordEnquiry"}
CHANGE_NO_CASE = frozenset({"RaiseConcern", "DecideConcern"})
"""Calls about concerns leave the case as it is."""
GO_ON = CHANGE_NO_CASE | {"RecordHowItFelt"}
"""Calls that go on after the case has ended."""
WITH_ETAG_OF_CASE = sorted(set(GOOD) - CHANGE_NO_CASE)

every_change = pytest.mark.parametrize("rpc", sorted(GOOD))


@pytest.fixture
def work(running: Running) -> ContactPractice:
    """Amy, before she opens a case."""
    return ContactPractice(running)


def test_every_changing_call_is_in_these_tests() -> None:
    """A call that has a request id changes something, and is tested here."""
    files = (contacts_pb2, rounds_pb2, safeguarding_pb2, feelings_pb2)
    methods = [
        method for file in files for each in file.DESCRIPTOR.services_by_name.values() for method in each.methods
    ]
    changing = {method.name for method in methods if "request_id" in method.input_type.fields_by_name}
    assert changing == {*GOOD, *OF_NO_CASE}


@every_change
async def test_a_good_request_is_done_and_told(work: ContactPractice, rpc: str) -> None:
    """One event more says so; the case moves to its next version, unless it is about a concern."""
    request = await work.good(rpc)
    told, etag = await work.told(), int(work.case.etag)
    await work.call(request)
    assert int((await work.read()).etag) == etag + (rpc not in CHANGE_NO_CASE)
    *before, (type_, payload) = await work.told()
    assert before == told
    assert set(payload) == set(PAYLOADS[type_].__dataclass_fields__) - {"TYPE"}


@every_change
async def test_asked_twice_it_is_done_once(work: ContactPractice, rpc: str) -> None:
    """The same request again gives the first answer, and tells nothing new."""
    request = await work.good(rpc)
    first = await work.call(request)
    told = await work.told()
    assert await work.call(request) == first
    assert await work.told() == told


@every_change
async def test_a_request_id_is_good_for_one_request(work: ContactPractice, rpc: str) -> None:
    """The same id with another body is refused; so is anything but a UUID."""
    request = await work.good(rpc)
    await work.call(request)
    setattr(request, "case_id", NO_CASE)  # noqa: B010 - every one has it; Message does not say so
    fault = await refusal_of(work.call(request))
    assert (fault.kind, fault.reason) == (Kind.INVALID, "REQUEST_ID_REUSED")
    setattr(request, "request_id", UUID(int=7).hex)  # noqa: B010 - the same
    fault = await refusal_of(work.call(request))
    assert "request_id" in [violation.field for violation in fault.violations]


@pytest.mark.parametrize("rpc", WITH_ETAG_OF_CASE)
async def test_a_stale_etag_changes_nothing(work: ContactPractice, rpc: str) -> None:
    """Who has not read the newest version is told to read it; who sends none, that it is missing."""
    request = await work.good(rpc)
    await work.call(work.now("RecordHowItFelt"))
    case, told = await work.read(), await work.told()
    fault = await refusal_of(work.call(request))
    assert (fault.kind, fault.reason) == (Kind.ABORTED, "ETAG_MISMATCH")
    request.ClearField("etag")
    fault = await refusal_of(work.call(request))
    assert [violation.field for violation in fault.violations] == ["etag"]
    assert (await work.read(), await work.told()) == (case, told)


@every_change
async def test_another_councils_case_is_not_there(work: ContactPractice, rpc: str) -> None:
    """The answer is the same as for a case that does not exist."""
    request = await work.good(rpc)
    case, told = await work.read(), await work.told()
    fault = await refusal_of(work.call(request, subject="sam", council="elsewhere"))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CASE_NOT_FOUND")
    setattr(request, "case_id", NO_CASE)  # noqa: B010 - every one has it; Message does not say so
    unknown = await refusal_of(work.call(request, subject="sam", council="elsewhere"))
    assert unknown.detail == fault.detail.replace(case.case_id, NO_CASE)
    assert (await work.read(), await work.told()) == (case, told)


@every_change
async def test_a_role_without_the_right_is_refused_by_name(work: ContactPractice, rpc: str) -> None:
    """Every role that has no right is told which call it lacks and who has it."""
    request = await work.good(rpc)
    service, _ = rpc_of(request)
    full = f"/sevensteps.api.assessment.v1.{service}Service/{rpc}"
    for role in set(Role) - RIGHTS[full]:
        fault = await refusal_of(work.call(request, role, council=EVERY_COUNCIL))
        assert (fault.kind, fault.reason, fault.metadata) == (Kind.DENIED, "ROLE_LACKS_RIGHT", {"rpc": full})
        assert fault.detail.startswith(f"{rpc} may be called by: ")


@pytest.mark.parametrize("rpc", sorted(set(GOOD) - GO_ON))
async def test_after_the_ending_nothing_changes(work: ContactPractice, rpc: str) -> None:
    """An ended case stays as it ended: the refusal says how it ended."""
    await work.good(rpc)
    await work.end()
    case = await work.read()
    fault = await refusal_of(work.call(work.now(rpc)))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "CASE_ENDED")
    assert await work.read() == case


@pytest.mark.parametrize("rpc", sorted(GO_ON))
async def test_on_hold_and_after_the_ending_it_goes_on(work: ContactPractice, rpc: str) -> None:
    """Nobody waits for a case to be open again to say that somebody is not safe, or how it felt."""
    await work.good(rpc)
    await work.hold()
    answer = await work.call(work.now(rpc))
    if rpc == "DecideConcern":
        work.concern = answer.concern  # type: ignore[attr-defined]
    await work.read()
    await work.end()
    await work.call(work.now(rpc))


async def test_events_hold_no_words_of_the_persons(work: ContactPractice) -> None:
    """Ids, enums, dates and yes or no alone."""
    for rpc in sorted(GOOD):
        await work.call(await work.good(rpc))
        for type_, payload in await work.told():
            assert max(len(str(value)) for value in payload.values()) < 64, type_
