"""The packs that come with the suite need no check at the first start, as long as they are as they came."""

from policies.released import as_they_are
from sevensteps.policy.authoring.checked import RELEASED


def test_the_packs_that_come_with_the_suite_are_those_that_were_checked() -> None:
    """`PYTHONPATH=tests:. python -m policies.released` checks them and writes the file again."""
    assert RELEASED.read_text(encoding="utf-8") == as_they_are()
