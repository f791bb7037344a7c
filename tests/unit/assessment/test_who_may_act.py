"""Capacity, authorities and appointments, whatever was recorded in whatever order: what counts on a day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.assessment.domain.appointment import Appointing, Appointment, AppointmentKind
from services.assessment.domain.authority import Authority, Check, CheckedWith, Checking, Instrument
from services.assessment.domain.capacity import Abilities, Capacity, CapacityFinding, CapacityResult
from services.assessment.domain.standing import standing_on
from sevensteps.policy.model.verdict import Verdict
from sevensteps.representation import AuthorityKind, OwnDecision

DAY = date(2026, 6, 1)
DAYS = st.integers(-400, 400).map(lambda days: DAY + timedelta(days=days))
MAYBE = st.none() | st.booleans()


@st.composite
def findings(draw: st.DrawFn) -> CapacityFinding:
    """What may be found of capacity."""
    assessed_on = draw(DAYS)
    lacks = draw(st.booleans())
    abilities = Abilities(
        not lacks, retains=True, weighs=True, communicates=True, impairment=lacks, because_of_it=lacks
    )
    expires_on = draw(st.none() | st.integers(0, 300).map(lambda days: assessed_on + timedelta(days=days)))
    return CapacityFinding(draw(st.sampled_from(OwnDecision)), assessed_on, "S-1", abilities, "", "", expires_on, False)


@given(st.builds(Abilities, *[st.booleans()] * 4, MAYBE, MAYBE))
def test_capacity_lacks_where_an_ability_does_because_of_an_impairment(found: Abilities) -> None:
    """Mental Capacity Act 2005 ss.2(1), 3(1): never where all four are there, never for want of an answer."""
    can = found.understands, found.retains, found.weighs, found.communicates
    lacks = found.result is CapacityResult.LACKS
    assert lacks == (not all(can) and found.impairment is True and found.because_of_it is True)


@given(st.lists(findings()), DAYS)
def test_the_newest_assessment_of_a_decision_counts_until_it_expires(found: list[CapacityFinding], day: date) -> None:
    """One for a decision at most; of two of one day, the one recorded last; and none comes back."""
    recorded = [Capacity(f"capacity-{number}", "case-1", each, "amy", "") for number, each in enumerate(found)]
    representation = standing_on(day, recorded, (), (), "").representation
    for decision in OwnDecision:
        of_it = [each for each in recorded if each.finding.decision is decision and each.finding.assessed_on <= day]
        newest = max(of_it, key=lambda each: (each.finding.assessed_on, recorded.index(each)), default=None)
        counts = representation.capacity_for(decision)
        assert (counts.capacity_id if counts else None) == (
            newest.capacity_id if newest and newest.is_in_date(day) else None
        )


@st.composite
def authorities(draw: st.DrawFn) -> Authority:
    """Whatever may be on record of somebody who decides for the person; its checks are in order."""
    instrument = Instrument(
        draw(st.sampled_from(AuthorityKind)),
        "P-7",
        "I-1",
        tuple(OwnDecision),
        draw(DAYS),
        draw(st.none() | DAYS),
        False,
    )
    checked = sorted(draw(st.lists(st.tuples(DAYS, st.booleans()))), key=lambda check: check[0])
    checks = tuple(Check(Checking(on, CheckedWith.PUBLIC_GUARDIAN, valid, ""), "amy", "") for on, valid in checked)
    return Authority("authority-1", "case-1", instrument, "amy", "", draw(st.none() | DAYS), checks=checks)


@given(authorities(), DAYS)
def test_an_authority_counts_between_its_days_and_as_it_was_found_last(authority: Authority, day: date) -> None:
    """Unchecked it never counts; the last check by then says whether it is valid."""
    by_then = [check.found.valid for check in authority.checks if check.found.checked_on <= day]
    expires_on, revoked_on = authority.instrument.expires_on, authority.revoked_on
    in_date = authority.instrument.valid_from <= day and (expires_on is None or day <= expires_on)
    in_force = in_date and (revoked_on is None or day < revoked_on)
    assert authority.counts_on(day) == (in_force and by_then[-1:] == [True])


@given(st.lists(findings()), DAYS)
def test_nobody_decides_for_who_has_capacity(found: list[CapacityFinding], day: date) -> None:
    """An attorney for health and welfare may decide what the person lacks the capacity for, and nothing else."""
    instrument = Instrument(
        AuthorityKind.ATTORNEY_HEALTH, "P-7", "I-1", tuple(OwnDecision), DAY - timedelta(500), None, False
    )
    check = Check(Checking(DAY - timedelta(450), CheckedWith.PUBLIC_GUARDIAN, valid=True, because=""), "amy", "")
    attorney = Authority("authority-1", "case-1", instrument, "amy", "", checks=(check,))
    recorded = [Capacity(f"capacity-{number}", "case-1", each, "amy", "") for number, each in enumerate(found)]
    representation = standing_on(day, recorded, (), (attorney,), "").representation
    (standing,) = representation.authorities
    assert standing.may_decide == {each.decision for each in representation.capacity if not each.has}


@given(st.sampled_from([*Verdict, ""]), st.lists(st.sampled_from(AppointmentKind)))
def test_an_advocate_is_missing_where_one_is_owed_and_none_speaks(verdict: str, kinds: list[AppointmentKind]) -> None:
    """Another kind of advocate does not fulfil the duty of s.67; an appropriate person was weighed in the verdict."""
    appointments = [
        Appointment(f"appointment-{number}", "case-1", Appointing(kind, "A-1", DAY, None, ""), "amy", "")
        for number, kind in enumerate(kinds)
    ]
    standing = standing_on(DAY, (), appointments, (), verdict)
    assert standing.advocate_missing == (verdict == "met" and AppointmentKind.ADVOCATE not in kinds)
