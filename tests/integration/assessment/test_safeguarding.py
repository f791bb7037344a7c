"""Safeguarding concerns (s.42): raised by anybody, at once, in any step; delayed by nothing, delaying nothing."""

import asyncio

import pytest
import sqlalchemy as sa
from sqlalchemy.util import await_only

from integration.assessment.contact_practice import ContactPractice, concern
from integration.assessment.practice import days_ago, today
from servers.services import Running, refusal_of
from services.assessment.tables import cases
from sevensteps.api.assessment.v1 import safeguarding_pb2 as pb
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.role_groups import ABLE_TO_RAISE, CASEWORK


@pytest.fixture
def work(running: Running) -> ContactPractice:
    """Amy, before she opens a case."""
    return ContactPractice(running)


async def listed(work: ContactPractice) -> list[pb.Concern]:
    """The concerns of the case."""
    asked = pb.ListConcernsRequest(case_id=work.case.case_id)
    return list((await work.safeguarding().ListConcerns(asked)).concerns)


async def decide(work: ContactPractice, etag: str = "", **fields: bool) -> pb.Concern:
    """Decide about the concern."""
    request = work.on_case(pb.DecideConcernRequest(because="As we found it.", **fields))  # type: ignore[arg-type]
    request.concern_id, request.etag = work.concern.concern_id, etag or work.concern.etag
    work.concern = (await work.safeguarding().DecideConcern(request)).concern
    return work.concern


@pytest.mark.parametrize("role", sorted(ABLE_TO_RAISE))
async def test_anybody_raises_a_concern_without_reading_the_case(work: ContactPractice, role: Role) -> None:
    """And whoever works on the case goes on with the etag that they have."""
    await work.open()
    request = work.on_case(concern(days_ago(2)))
    answer = await work.safeguarding(role, subject="sue").RaiseConcern(request)
    assert (answer.concern.raised_by, answer.concern.noticed_on) == ("sue", days_ago(2))
    assert list(answer.concern.kinds) == list(request.kinds)
    assert answer.case == work.case
    assert await listed(work) == [answer.concern]
    assert (await work.told())[-1] == (
        "concern.raised.v1",
        {"concern_id": answer.concern.concern_id, "danger_now": True},
    )
    await work.propose()


async def test_a_concern_waits_for_nobody_who_changes_the_case(work: ContactPractice) -> None:
    """Somebody else's change of the case is under way, and takes its time. SQLite has one writer at a time."""
    await work.open()
    if not work.running.settings.database:
        pytest.skip("PostgreSQL alone has several writers")

    def change(connection: sa.Connection) -> None:
        connection.execute(sa.select(cases).where(cases.c.case_id == work.case.case_id).with_for_update())
        await_only(asyncio.wait_for(work.raise_concern(), 5))

    await work.running.store.write(change)
    assert len(await listed(work)) == 1


async def test_nothing_has_to_be_known_but_what_was_seen(work: ContactPractice) -> None:
    """Which kind it is may be found out later; what was seen has to be said."""
    await work.open()
    await work.raise_concern(pb.RaiseConcernRequest(about="Bruises on both arms."))
    fault = await refusal_of(work.raise_concern(pb.RaiseConcernRequest()))
    assert [violation.field for violation in fault.violations] == ["about"]
    twice = pb.RaiseConcernRequest(kinds=[pb.ABUSE_KIND_NEGLECT] * 2, about="-", noticed_on=days_ago(-1))
    fault = await refusal_of(work.raise_concern(twice))
    assert [violation.field for violation in fault.violations] == ["kinds", "noticed_on"]


async def test_enquiries_are_made_where_the_law_wants_them(work: ContactPractice) -> None:
    """All three conditions of s.42(1); what is unknown is no condition met, and a council may enquire all the same."""
    await work.open()
    await work.raise_concern()
    fault = await refusal_of(decide(work, has_needs=True, at_risk=True, cannot_protect=True))
    assert [violation.field for violation in fault.violations] == ["enquiry"]
    first = await decide(work, has_needs=True)
    assert [each.enquiry for each in first.decisions] == [False]
    assert not first.decisions[0].HasField("at_risk")
    await decide(work, has_needs=True, at_risk=True, cannot_protect=True, enquiry=True)
    [found] = await listed(work)
    assert [each.enquiry for each in found.decisions] == [False, True]
    assert found == work.concern
    assert (await work.told())[-1] == (
        "concern.decided.v1",
        {"concern_id": found.concern_id, "enquiry": True, "decided_on": today()},
    )


async def test_two_who_decide_at_once_lose_nothing(work: ContactPractice) -> None:
    """Whoever has not read the first decision is told to."""
    await work.open()
    await work.raise_concern()
    etag = work.concern.etag
    await decide(work)
    assert (await refusal_of(decide(work, etag))).reason == "ETAG_MISMATCH"


async def test_a_concern_of_another_case_is_not_there(work: ContactPractice) -> None:
    """Its id is not enough."""
    await work.open()
    await work.raise_concern()
    await work.open()
    fault = await refusal_of(decide(work))
    assert (fault.kind, fault.reason) == (Kind.NOT_FOUND, "CONCERN_NOT_FOUND")


async def test_who_does_not_work_with_the_person_does_not_read_them(work: ContactPractice) -> None:
    """What was seen is told to those who can help."""
    await work.open()
    asked = pb.ListConcernsRequest(case_id=work.case.case_id)
    for role in set(Role) - CASEWORK:
        fault = await refusal_of(work.safeguarding(role).ListConcerns(asked))
        assert fault.reason == "ROLE_LACKS_RIGHT"
