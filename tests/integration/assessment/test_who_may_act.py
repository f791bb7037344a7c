"""Who may act for the person: what counts on a day, what does not, and what is refused by field."""

from typing import Literal, cast

import pytest

from integration.assessment.practice import adult, days_ago, today
from integration.assessment.speaking import (
    CHOOSE,
    GOOD,
    PAYMENT,
    PLAN,
    SISTER,
    Speaking,
    advocate,
    appropriate_person,
    attorney,
    having,
    in_days,
    lacking,
)
from servers.services import Running, refusal_of
from sevensteps.api.assessment.v1 import assessment_pb2, rounds_pb2
from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.api.assessment.v1.rounds_pb2_grpc import RoundsServiceStub
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role


@pytest.fixture
async def work(running: Running) -> Speaking:
    """Amy, on a case of her own."""
    speaking = Speaking(running)
    await speaking.open()
    return speaking


async def fields_of(work: Speaking, request: object) -> list[str]:
    """The fields for which a change is refused."""
    fault = await refusal_of(work.do(request))  # type: ignore[arg-type]
    assert fault.kind is Kind.INVALID
    return [violation.field for violation in fault.violations]


async def test_capacity_is_of_one_decision_and_the_newest_counts(work: Speaking) -> None:
    """For any other decision it is presumed (MCA s.1(2)); each is listed with who assessed and why."""
    assert not (await work.stands()).capacity
    await work.do(lacking(PAYMENT, assessed_on=days_ago(10)))
    await work.do(having(PLAN))
    stands = await work.stands()
    assert [(each.decision, each.result) for each in stands.capacity] == [
        (PAYMENT, pb.CAPACITY_RESULT_LACKS),
        (PLAN, pb.CAPACITY_RESULT_HAS),
    ]
    await work.do(having(PAYMENT))
    assert {each.result for each in (await work.stands()).capacity} == {pb.CAPACITY_RESULT_HAS}
    before = await work.stands(days_ago(3))
    assert [(each.decision, each.result) for each in before.capacity] == [(PAYMENT, pb.CAPACITY_RESULT_LACKS)]
    listed = (await work.calls.ListCapacity(pb.ListCapacityRequest(case_id=work.case.case_id))).capacity
    assert [each.assessed_by for each in listed] == ["S-12"] * 3
    assert listed[0].because.startswith("Has forgotten")


async def test_what_has_expired_counts_no_more_and_nothing_older_comes_back(work: Speaking) -> None:
    """The last day still counts."""
    await work.do(lacking(PAYMENT, assessed_on=days_ago(20), expires_on=in_days(60)))
    await work.do(lacking(PAYMENT, assessed_on=days_ago(10), expires_on=in_days(3)))
    assert (await work.stands(in_days(3))).capacity
    assert not (await work.stands(in_days(4))).capacity


@pytest.mark.parametrize(
    ("impairment", "because_of_it", "result"),
    [
        (True, True, pb.CAPACITY_RESULT_LACKS),
        (True, False, pb.CAPACITY_RESULT_HAS),
        (False, None, pb.CAPACITY_RESULT_HAS),
    ],
)
async def test_capacity_is_lacking_only_because_of_an_impairment(
    work: Speaking, *, impairment: bool, because_of_it: bool | None, result: pb.CapacityResult.ValueType
) -> None:
    """Section 2(1): somebody who is put under pressure is unable too, and does not lack capacity."""
    request = lacking()
    request.impairment = impairment
    request.ClearField("because_of_it")
    if because_of_it is not None:
        request.because_of_it = because_of_it
    answer = await work.calls.RecordCapacity(work.on_case(request))
    assert answer.capacity.result == result


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["retains"], ["retains"]),
        (["impairment"], ["impairment"]),
        (["because_of_it"], ["because_of_it"]),
        (["expires_on"], ["expires_on"]),
        (["help_given"], ["help_given"]),
        (["because"], ["because"]),
        (["assessed_by", "decision"], ["decision", "assessed_by"]),
    ],
)
async def test_an_assessment_of_capacity_says_all_that_the_act_asks(
    work: Speaking, names: list[str], told: list[str]
) -> None:
    """Each ability, the cause, the help that was given, and until when it counts."""
    without = lacking()
    for name in names:
        without.ClearField(cast("Literal['because']", name))
    assert await fields_of(work, without) == told


async def test_nobody_decides_in_the_best_interests_of_who_decides_themselves(work: Speaking) -> None:
    """It rests on an assessment that found capacity lacking, and that counts on that day."""
    await work.do(having(assessed_on=days_ago(9)))
    assert await fields_of(work, GOOD["RecordBestInterests"]) == ["capacity_id"]
    await work.do(lacking(assessed_on=days_ago(5)))
    request = pb.RecordBestInterestsRequest()
    request.MergeFromString(GOOD["RecordBestInterests"].SerializeToString())
    request.decided_on = days_ago(6)
    assert await fields_of(work, request) == ["decided_on"]
    request.decided_on = today()
    request.safeguards = ""
    del request.consulted[:]
    assert await fields_of(work, request) == ["safeguards", "consulted"]
    request.consulted.extend(["P-2", "P-2"])
    request.safeguards = "The accounts are read."
    assert await fields_of(work, request) == ["consulted[1]"]
    await work.do(GOOD["RecordBestInterests"])
    (capacity,) = (await work.stands()).capacity
    assert list(capacity.best_interests_by) == ["S-3"]


@pytest.mark.item(58)
async def test_an_attorney_counts_once_checked_and_while_capacity_lacks(work: Speaking) -> None:
    """Registered is not enough: somebody has checked on a day, and the person lacks capacity for that decision."""
    await work.do(attorney(PAYMENT, PLAN))
    assert not (await work.stands()).authorities
    await work.do(GOOD["CheckAuthority"])
    (authority,) = (await work.stands()).authorities
    assert (authority.reference, list(authority.may_decide)) == ("P-77", [])
    await work.do(lacking(PAYMENT))
    (authority,) = (await work.stands()).authorities
    assert list(authority.may_decide) == [PAYMENT]


@pytest.mark.item(58)
async def test_an_authority_that_is_not_valid_expired_or_revoked_counts_no_more(work: Speaking) -> None:
    """From that day on; on the day before it did."""
    await work.appoint_attorney()
    assert (await work.stands(in_days(400))).authorities
    assert not (await work.stands(in_days(401))).authorities
    await work.do(pb.RevokeAuthorityRequest(revoked_on=in_days(7), because="Revoked by the person."))
    assert (await work.stands(in_days(6))).authorities
    assert not (await work.stands(in_days(7))).authorities
    fault = await refusal_of(work.do(GOOD["CheckAuthority"]))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "AUTHORITY_REVOKED")
    await work.appoint_attorney()
    found = pb.CheckAuthorityRequest(checked_on=today(), checked_with=pb.CHECKED_WITH_PUBLIC_GUARDIAN, valid=False)
    assert await fields_of(work, found) == ["because"]
    found.because = "The registration was cancelled."
    await work.do(found)
    assert not (await work.stands(in_days(7))).authorities


@pytest.mark.item(58)
async def test_an_authority_covers_what_its_kind_may(work: Speaking) -> None:
    """An attorney for money decides nothing about care, and an appointee decides nothing."""
    request = attorney(PAYMENT)
    request.kind = pb.AUTHORITY_KIND_ATTORNEY_FINANCE
    assert await fields_of(work, request) == ["covers[0]"]
    request.kind = pb.AUTHORITY_KIND_APPOINTEE
    assert await fields_of(work, request) == ["covers[0]"]
    request.kind = pb.AUTHORITY_KIND_DEPUTY_HEALTH
    request.usable_with_capacity = True
    request.valid_from = in_days(1)
    assert await fields_of(work, request) == ["valid_from", "usable_with_capacity"]
    assert await fields_of(work, attorney(reference=work.case.person_reference)) == ["reference"]


@pytest.mark.item(58)
async def test_it_is_checked_where_it_is_registered(work: Speaking) -> None:
    """A power of attorney at the Office of the Public Guardian, an appointee at the DWP; never out of order."""
    await work.do(attorney())
    elsewhere = pb.CheckAuthorityRequest(checked_on=today(), checked_with=pb.CHECKED_WITH_WORK_AND_PENSIONS, valid=True)
    assert await fields_of(work, elsewhere) == ["checked_with"]
    await work.do(GOOD["CheckAuthority"])
    earlier = pb.CheckAuthorityRequest(checked_on=days_ago(1), checked_with=pb.CHECKED_WITH_PUBLIC_GUARDIAN, valid=True)
    assert await fields_of(work, earlier) == ["checked_on"]


@pytest.mark.item(39)
async def test_an_advocate_is_owed_until_one_is_appointed(work: Speaking) -> None:
    """The duty of s.67 is shown until somebody fulfils it, and again after their last day."""
    assert not (await work.stands()).advocacy
    request = assessment_pb2.ConsiderAdvocacyRequest(understanding=True, appropriate_person=False)
    work.case.CopyFrom((await work.amy.ConsiderAdvocacy(work.on_case(request))).case)
    stands = await work.stands()
    assert (stands.advocacy, stands.advocate_missing) == (decision_pb2.VERDICT_MET, True)
    await work.do(advocate())
    assert not (await work.stands()).advocate_missing
    assert (await work.stands(in_days(91))).advocate_missing
    await work.do(pb.EndAppointmentRequest(ends_on=in_days(5), because="Asked for somebody else."))
    assert (await work.stands(in_days(6))).advocate_missing
    fault = await refusal_of(work.do(GOOD["EndAppointment"]))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "APPOINTMENT_ENDED")


@pytest.mark.item(39)
async def test_an_appropriate_person_is_not_paid_and_rests_on_consent_or_best_interests(work: Speaking) -> None:
    """Section 67(6): whose work it is to care may not be it; who has capacity consents."""
    assert await fields_of(work, appropriate_person()) == ["reference"]
    await work.do(SISTER)
    paid = appropriate_person()
    paid.paid_or_professional = True
    assert await fields_of(work, paid) == ["paid_or_professional"]
    paid.ClearField("paid_or_professional")
    assert await fields_of(work, paid) == ["paid_or_professional"]
    best_interests = appropriate_person(pb.APPOINTMENT_BASIS_BEST_INTERESTS)
    assert await fields_of(work, best_interests) == ["basis"]
    await work.do(lacking(CHOOSE))
    assert await fields_of(work, appropriate_person()) == ["basis"]
    await work.do(best_interests)
    (sister,) = (await work.stands()).appointments
    assert (sister.kind, sister.reference) == (pb.APPOINTMENT_KIND_APPROPRIATE_PERSON, "P-2")


async def test_whether_an_advocate_is_owed_goes_by_the_appropriate_person_on_record(work: Speaking) -> None:
    """Who says that there is nobody is told of the record; who says nothing is answered by it."""
    await work.do(SISTER)
    await work.do(appropriate_person())
    request = assessment_pb2.ConsiderAdvocacyRequest(understanding=True, appropriate_person=False)
    fault = await refusal_of(work.amy.ConsiderAdvocacy(work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["appropriate_person"]
    request = assessment_pb2.ConsiderAdvocacyRequest(
        understanding=True, hospital_28_days=False, care_home_8_weeks=False, dispute_both_agree=False
    )
    decided = await work.amy.ConsiderAdvocacy(work.on_case(request))
    assert decided.decision.verdict == decision_pb2.VERDICT_NOT_MET


async def test_the_duty_to_meet_needs_goes_by_the_capacity_on_record(work: Speaking) -> None:
    """Section 18(4): who arranges their own care cannot be said to lack the capacity for it, nor the other way."""
    await work.do(lacking(pb.OWN_DECISION_ARRANGE_CARE))
    facts = adult("nutrition", "hygiene")
    facts.lacks_capacity = False
    request = assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), adult=facts)
    fault = await refusal_of(work.amy.ProposeDetermination(work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["adult.lacks_capacity"]
    facts.ClearField("lacks_capacity")
    request = assessment_pb2.ProposeDeterminationRequest(assessed_on=today(), adult=facts)
    proposed = await work.amy.ProposeDetermination(work.on_case(request))
    assert proposed.determination.adult.lacks_capacity


async def test_a_refusal_goes_by_the_capacity_on_record(work: Speaking) -> None:
    """Section 11(2)(a): who lacks the capacity to refuse cannot be said to have it, nor the other way."""
    await work.do(lacking(pb.OWN_DECISION_REFUSE_ASSESSMENT))
    calls = work.running.stub(RoundsServiceStub, work.running.token("amy", Role.PRACTITIONER, council="example"))
    request = rounds_pb2.RecordRefusalRequest(
        refused_on=today(), because="Leave me alone.", lacks_capacity=False, abuse_or_neglect=False
    )
    fault = await refusal_of(calls.RecordRefusal(work.on_case(request)))
    assert [violation.field for violation in fault.violations] == ["lacks_capacity"]
    request.ClearField("lacks_capacity")
    request.best_interests = True
    refused = (await calls.RecordRefusal(work.on_case(request))).refusal
    assert (refused.lacks_capacity, refused.stands) == (True, False)


async def test_a_service_reads_what_counts_and_nobody_of_another_council(work: Speaking) -> None:
    """Planning and approval ask for every council; a day that is none is told by its field."""
    await work.do(lacking())
    service = work.speaking_as(Role.SERVICE, council=EVERY_COUNCIL)
    request = pb.GetRepresentationRequest(case_id=work.case.case_id)
    assert (await service.GetRepresentation(request)).capacity
    stranger = work.speaking_as(Role.PRACTITIONER, council="elsewhere")
    assert (await refusal_of(stranger.GetRepresentation(request))).reason == "CASE_NOT_FOUND"
    request.on = "tomorrow"
    fault = await refusal_of(service.GetRepresentation(request))
    assert [violation.field for violation in fault.violations] == ["on"]
