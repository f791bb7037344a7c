"""A form that was refused is shown again, to be put right and sent again."""

import pytest

from console.attempts import Attempt
from console.filters import Problem
from sevensteps.errors import Fault, Kind

GIVEN = {"because": "It does what she wants.", "request_id": "7b0c8f0e-0000-4000-8000-000000000001"}


@pytest.mark.parametrize("kind", [Kind.UNAVAILABLE, Kind.INTERNAL, Kind.EXHAUSTED])
def test_what_may_have_been_done_is_sent_again_as_the_same_request(kind: Kind) -> None:
    """So that it is done once, whether the answer or the request was lost."""
    refused = Attempt("approve", GIVEN).refused(Fault(kind, "X", "It did not answer."))
    assert refused.request_id == GIVEN["request_id"]


@pytest.mark.parametrize("kind", [Kind.INVALID, Kind.DENIED, Kind.PRECONDITION, Kind.ABORTED])
def test_what_was_refused_is_sent_again_as_another_request(kind: Kind) -> None:
    """It may then say something else."""
    refused = Attempt("approve", GIVEN).refused(Fault(kind, "X", "You may not."))
    assert refused.request_id == ""
    assert refused.given == GIVEN
    assert refused.wrong == {"approve": "You may not."}
    assert refused.status >= 400


def test_a_problem_stands_by_its_field_or_where_the_form_was() -> None:
    """The form is gone once somebody else was faster."""
    refused = Attempt("approve", GIVEN).refused(Fault(Kind.INVALID, "X", "x"), [Problem("because", "Say why.")])
    assert refused.wrong == {"because": "Say why."}
    assert refused.moved_to("decide").wrong == {"decide": "Say why."}
