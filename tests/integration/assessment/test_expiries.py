"""What soon counts no more warns, and tells when it does: each once, and of open cases alone."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from integration.assessment.speaking import GOOD, PLAN, Speaking, advocate, attorney, in_days, lacking
from servers.services import Running
from services.assessment.representation.expiries import tell_expiries
from sevensteps import clock
from sevensteps.events import RepresentationExpired, RepresentationWarned
from sevensteps.service.tables import outbox

TOLD = (RepresentationWarned.TYPE, RepresentationExpired.TYPE)


@pytest.fixture
async def work(running: Running) -> Speaking:
    """Amy, on a case of her own."""
    speaking = Speaking(running)
    await speaking.open()
    return speaking


async def told(work: Speaking) -> list[tuple[str, str, str, str]]:
    """What the case was told of what expires: whether it warns or tells, of what, and its last day."""
    query = sa.select(outbox).where(outbox.c.case_id == work.case.case_id, outbox.c.type.in_(TOLD))
    rows = await work.running.store.read(lambda connection: connection.execute(query.order_by(outbox.c.seq)).all())
    found = [(row.type.split(".")[1], json.loads(row.payload)) for row in rows]
    return [(type_, payload["kind"], payload["what"], payload["expires_on"]) for type_, payload in found]


def days_later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Let the time that is told by be so many days later."""
    later = SimpleNamespace(now=lambda: clock.now() + timedelta(days=days), uk_day=clock.uk_day, as_text=clock.as_text)
    monkeypatch.setattr("services.assessment.representation.expiries.clock", later)


async def test_it_warns_thirty_days_before_and_tells_the_day_after(
    work: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last day itself still counts. Looked for again, nothing is told twice."""
    await work.do(lacking(PLAN, expires_on=in_days(40)))
    await tell_expiries(work.running.store)
    assert await told(work) == []
    with monkeypatch.context() as then:
        days_later(then, 10)
        await tell_expiries(work.running.store)
        await tell_expiries(work.running.store)
        warned = ("warned", "capacity", "agree_plan", in_days(40))
        assert await told(work) == [warned]
        days_later(then, 40)
        await tell_expiries(work.running.store)
        assert await told(work) == [warned]
        days_later(then, 41)
        await tell_expiries(work.running.store)
        await tell_expiries(work.running.store)
        assert await told(work) == [warned, ("expired", "capacity", "agree_plan", in_days(40))]


async def test_what_is_over_already_is_told_without_a_warning(work: Speaking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody was there for a year: what ended meanwhile is told once."""
    await work.do(advocate(ends_on=in_days(60)))
    with monkeypatch.context() as then:
        days_later(then, 365)
        await tell_expiries(work.running.store)
    assert await told(work) == [("expired", "appointment", "advocate", in_days(60))]


async def test_what_was_ended_revoked_or_assessed_anew_warns_no_more(
    work: Speaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what still counts is worth a warning."""
    await work.do(advocate(ends_on=in_days(20)))
    await work.do(GOOD["EndAppointment"])
    await work.do(attorney())
    await work.do(GOOD["RevokeAuthority"])
    await work.do(lacking(PLAN, expires_on=in_days(5)))
    await work.do(lacking(PLAN, expires_on=in_days(90)))
    await tell_expiries(work.running.store)
    assert await told(work) == []
    with monkeypatch.context() as then:
        days_later(then, 800)
        await tell_expiries(work.running.store)
    assert await told(work) == [("expired", "capacity", "agree_plan", in_days(90))]


async def test_an_ended_case_is_told_nothing(work: Speaking, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody acts for the person there any more."""
    await work.do(attorney())
    await work.end()
    with monkeypatch.context() as then:
        days_later(then, 800)
        await tell_expiries(work.running.store)
    assert await told(work) == []
