"""What the person chooses: help in each step, and the services that they keep."""

from typing import cast

import pytest

from integration.assessment.practice import Practice, call, keeping
from servers.services import refusal_of
from sevensteps.api.assessment.v1 import choices_pb2 as pb
from sevensteps.api.assessment.v1.people_pb2 import RemovePersonRequest
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.steps import Stage

STEPS = [pb.HelpedStep.Value(f"HELPED_STEP_{stage.name}") for stage in Stage]
NONE, SOME, A_LOT = pb.HELP_AMOUNT_NONE, pb.HELP_AMOUNT_SOME, pb.HELP_AMOUNT_A_LOT


async def help_of(work: Practice) -> list[pb.Help]:
    """Every choice of help."""
    answer = await call(work.amy, "ListHelp", pb.ListHelpRequest(case_id=work.case.case_id))
    return list(cast("pb.ListHelpResponse", answer).help)


async def kept(work: Practice) -> list[pb.KeptService]:
    """What they keep and kept."""
    answer = await call(work.amy, "ListKeptServices", pb.ListKeptServicesRequest(case_id=work.case.case_id))
    return list(cast("pb.ListKeptServicesResponse", answer).services)


async def choose(work: Practice, step: pb.HelpedStep.ValueType, amount: pb.HelpAmount.ValueType, who: str = "") -> None:
    """Choose help in a step."""
    work.person_id = who
    await work.do(pb.ChooseHelpRequest(step=step, amount=amount))


@pytest.mark.item(66)
@pytest.mark.item(4)
async def test_help_is_chosen_for_each_of_the_seven_steps_and_changed(work: Practice) -> None:
    """By themselves, with somebody of the circle, or with the council's help; the newest choice of a step stands."""
    await work.open()
    sister = (await work.add_person()).person_id
    for step in STEPS:
        await choose(work, step, SOME, sister)
    await choose(work, STEPS[1], NONE)
    await choose(work, STEPS[3], A_LOT)
    chosen = await help_of(work)
    assert [each.step for each in chosen[:7]] == STEPS
    assert [each.stands for each in chosen] == [True, False, True, False, True, True, True, True, True]
    stands = {each.step: (each.amount, each.person_id) for each in chosen if each.stands}
    assert stands[STEPS[1]] == (NONE, "")
    assert stands[STEPS[3]] == (A_LOT, "")
    assert stands[STEPS[6]] == (SOME, sister)
    assert chosen[0].chosen_by == "amy"


@pytest.mark.item(4)
async def test_a_helper_is_in_the_circle(work: Practice) -> None:
    """Nobody else is chosen; who leaves the circle is told in the list, so that somebody else is chosen."""
    await work.open()
    request = work.on_case(pb.ChooseHelpRequest(step=STEPS[0], amount=SOME))
    assert (await refusal_of(call(work.amy, "ChooseHelp", request))).reason == "PERSON_NOT_FOUND"
    helper = (await work.add_person()).person_id
    await choose(work, STEPS[0], SOME, helper)
    await work.do(RemovePersonRequest(because="They have moved away."))
    assert [each.helper_left for each in await help_of(work)] == [True]
    request = work.on_case(pb.ChooseHelpRequest(step=STEPS[0], amount=SOME))
    assert (await refusal_of(call(work.amy, "ChooseHelp", request))).reason == "LEFT_CIRCLE"


@pytest.mark.item(4)
@pytest.mark.parametrize(
    ("step", "amount", "who", "field"),
    [(0, SOME, "", "step"), (99, SOME, "", "step"), (STEPS[0], 0, "", "amount"), (STEPS[0], NONE, "p", "person_id")],
)
async def test_a_wrong_choice_is_named_by_its_field(
    work: Practice, step: pb.HelpedStep.ValueType, amount: pb.HelpAmount.ValueType, who: str, field: str
) -> None:
    """And nothing is chosen."""
    await work.open()
    work.person_id = who
    fault = await refusal_of(call(work.amy, "ChooseHelp", work.on_case(pb.ChooseHelpRequest(step=step, amount=amount))))
    assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, [field])
    assert await help_of(work) == []


@pytest.mark.item(5)
async def test_keeping_a_service_is_a_recorded_choice(work: Practice) -> None:
    """Until they let it go it stands, and services that could move it read it without the words."""
    await work.open()
    await work.keep_a_service()
    [service] = await kept(work)
    assert (service.reference, list(service.needs), service.weekly) == ("S-7", ["community"], "40.00")
    assert (service.because, service.kept_by, service.let_go_by) == ("My friends are there.", "amy", "")
    planning = work.caller(Role.SERVICE, subject="planning", council=EVERY_COUNCIL)
    asked = pb.GetKeptServicesRequest(case_id=work.case.case_id)
    standing = cast("pb.GetKeptServicesResponse", await call(planning, "GetKeptServices", asked)).services
    assert [(each.kept_service_id, each.weekly) for each in standing] == [(service.kept_service_id, "40.00")]
    await work.do(pb.LetServiceGoRequest(because="I would like to try the choir."))
    [service] = await kept(work)
    assert (service.let_go_because, service.let_go_by) == ("I would like to try the choir.", "amy")
    assert not cast("pb.GetKeptServicesResponse", await call(planning, "GetKeptServices", asked)).services
    again = work.on_case(pb.LetServiceGoRequest(because="Twice."))
    assert (await refusal_of(call(work.amy, "LetServiceGo", again))).reason == "LET_GO_ALREADY"
    work.kept_service_id = "what-nobody-has"
    unknown = work.on_case(pb.LetServiceGoRequest(because="Which?"))
    assert (await refusal_of(call(work.amy, "LetServiceGo", unknown))).reason == "KEPT_SERVICE_NOT_FOUND"


@pytest.mark.item(5)
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"needs": []}, "needs"),
        ({"needs": ["bingo"]}, "needs[0]"),
        ({"weekly": "0.00"}, "weekly"),
        ({"weekly": "a lot"}, "weekly"),
        ({"because": ""}, "because"),
    ],
)
async def test_a_wrong_field_of_a_kept_service_is_named(work: Practice, wrong: dict[str, object], field: str) -> None:
    """And nothing is kept."""
    await work.open()
    fault = await refusal_of(call(work.amy, "KeepService", work.on_case(keeping(**wrong))))
    assert (fault.kind, [violation.field for violation in fault.violations]) == (Kind.INVALID, [field])
    assert await kept(work) == []
