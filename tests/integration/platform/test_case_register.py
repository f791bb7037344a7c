"""A case that a service has not seen: not there at all, or not there yet."""

from collections.abc import AsyncIterator

import pytest

from integration.assessment.practice import Practice
from servers.services import NOBODY, Running, SuiteOf
from sevensteps.errors import Kind
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.tokens import machine_token
from sevensteps.rpc.client import channel
from sevensteps.service.case_register import AssessmentRegister
from sevensteps.service.work import CaseUnknown

FIRST = "A practitioner's determination must come first."
AMY = Actor("amy", frozenset({Role.PLANNER}), "example")
SAM = Actor("sam", frozenset({Role.PLANNER}), "elsewhere")
JOURNEY = Actor("journey", frozenset({Role.JOURNEY}), "*")


@pytest.fixture
async def running(suite_of: SuiteOf) -> AsyncIterator[Running]:
    async with suite_of("assessment") as service:
        yield service


@pytest.fixture
async def register(running: Running) -> AsyncIterator[AssessmentRegister]:
    """The register as another service asks it."""
    cases = AssessmentRegister(channel(running.address, machine_token(running.keys, "planning", Role.SERVICE)))
    yield cases
    await cases.close()


@pytest.mark.parametrize("actor", [AMY, JOURNEY])
async def test_a_case_that_is_not_so_far_says_what_comes_first(
    running: Running, register: AssessmentRegister, actor: Actor
) -> None:
    """The case exists: the service that has not seen it names the step before."""
    case = await Practice(running).open()
    fault = await register.why_missing(CaseUnknown(case.case_id, FIRST), actor)
    assert (fault.kind, fault.reason, fault.detail) == (Kind.PRECONDITION, "STAGE_ORDER", FIRST)


async def test_another_councils_case_cannot_be_told_from_none(running: Running, register: AssessmentRegister) -> None:
    """Somebody of another council cannot learn that a case exists."""
    case = await Practice(running).open()
    faults = [
        await register.why_missing(CaseUnknown(case.case_id, FIRST), SAM),
        await register.why_missing(CaseUnknown("case-000000000000", FIRST), AMY),
    ]
    assert [(fault.kind, fault.reason) for fault in faults] == [(Kind.NOT_FOUND, "CASE_NOT_FOUND")] * 2
    assert faults[0].detail.replace(case.case_id, "") == faults[1].detail.replace("case-000000000000", "")


async def test_when_nobody_knows_the_caller_comes_back(running: Running) -> None:
    """Without the assessment service it is UNAVAILABLE: either answer might be wrong."""
    nobody = AssessmentRegister(channel(NOBODY, machine_token(running.keys, "planning", Role.SERVICE)))
    fault = await nobody.why_missing(CaseUnknown("case-000000000000", FIRST), AMY)
    await nobody.close()
    assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "CASES_UNAVAILABLE")
    assert "again later" in fault.detail
