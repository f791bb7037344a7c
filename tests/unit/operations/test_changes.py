"""What a look changes: what was found is what is known afterwards, and what is the same is not written again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.operations.domain.changes import Changes, Key, changes
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.whom import Whom

BEGAN = datetime(2026, 6, 20, 12, tzinfo=UTC)
FINDINGS = st.builds(
    Finding,
    about=st.sampled_from("abc"),
    kind=st.sampled_from([StuckKind.PARKED, StuckKind.JOURNEY_MISSING, StuckKind.CLOCK_NEAR]),
    cause=st.sampled_from("xy"),
    whom=st.just(Whom.SYSTEM),
    since=st.integers(0, 3).map(lambda seconds: BEGAN + timedelta(seconds=seconds)),
    detail=st.fixed_dictionaries({"attempts": st.sampled_from("12")}),
)
KNOWN = st.lists(FINDINGS, unique_by=lambda finding: (finding.about, finding.kind))


def by_key(findings: Sequence[Finding]) -> dict[Key, Finding]:
    """Findings by what they are about."""
    return {(finding.about, finding.kind.value): finding for finding in findings}


def applied(before: dict[Key, Finding], changed: Changes) -> dict[Key, Finding]:
    """What is known after changes."""
    left = {key: finding for key, finding in before.items() if finding not in changed.gone}
    return left | by_key(changed.told_anew) | by_key(changed.new)


@given(before=KNOWN, found=KNOWN)
def test_what_is_found_is_known_afterwards(before: list[Finding], found: list[Finding]) -> None:
    """Nothing else is left, and what is found again in the same way is not written again."""
    known = by_key(before)
    after = applied(known, changes(known, found))
    assert after.keys() == by_key(found).keys()
    assert all(after[key].detail == finding.detail for key, finding in by_key(found).items())
    again = changes(after, found)
    assert (again.gone, again.new, again.told_anew) == ((), (), ())


def test_what_began_when_it_was_found_keeps_its_beginning() -> None:
    """Each look would find that a part is silent since now."""
    first = Finding("feed", StuckKind.PART_NOT_ANSWERING, "x", Whom.SYSTEM, BEGAN)
    later = Finding("feed", StuckKind.PART_NOT_ANSWERING, "x", Whom.SYSTEM, BEGAN + timedelta(hours=1))
    changed = changes(by_key([first]), [later])
    assert (changed.gone, changed.new, changed.told_anew) == ((), (), ())


def test_of_two_about_the_same_the_first_counts() -> None:
    """A case that a part holds up in two ways is told once."""
    first = Finding("a", StuckKind.PARKED, "x", Whom.SYSTEM, BEGAN)
    second = Finding("a", StuckKind.PARKED, "y", Whom.SYSTEM, BEGAN)
    assert changes({}, [first, second]).new == (first,)
