"""What tells requests apart, and the ids that are read out over the telephone."""

import re
from dataclasses import replace
from uuid import uuid4

from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.identity.actor import Actor, Role
from sevensteps.service.answers import Asked
from sevensteps.service.work import new_id

AMY = Actor("amy", frozenset({Role.PRACTITIONER}), "example")


def fingerprint_of(request: Message, actor: Actor) -> str:
    return Asked.by(actor, request, str(uuid4())).fingerprint


ANSWERS = st.builds(
    pb.OutcomeAnswers,
    cannot_unaided=st.one_of(st.none(), st.booleans()),
    endangers=st.one_of(st.none(), st.booleans()),
    not_applicable=st.booleans(),
)
REQUESTS = st.builds(
    pb.ProposeDeterminationRequest,
    request_id=st.uuids().map(str),
    case_id=st.text(max_size=20),
    etag=st.text(max_size=3),
    adult=st.builds(
        pb.AdultFacts,
        impairment=st.one_of(st.none(), st.booleans()),
        outcomes=st.dictionaries(st.sampled_from(["nutrition", "hygiene", "toilet", "community"]), ANSWERS),
    ),
)


@given(REQUESTS)
def test_the_same_request_has_the_same_fingerprint(request: pb.ProposeDeterminationRequest) -> None:
    """Even when it was read from other bytes, or its map was filled in another order."""
    again = pb.ProposeDeterminationRequest.FromString(request.SerializeToString())
    answers = {
        name: pb.OutcomeAnswers.FromString(each.SerializeToString()) for name, each in again.adult.outcomes.items()
    }
    again.adult.outcomes.clear()
    for name in sorted(answers, reverse=True):
        again.adult.outcomes[name].CopyFrom(answers[name])
    assert fingerprint_of(again, AMY) == fingerprint_of(request, AMY)


@given(REQUESTS, REQUESTS)
def test_other_requests_have_other_fingerprints(
    one: pb.ProposeDeterminationRequest, other: pb.ProposeDeterminationRequest
) -> None:
    """Two requests have one fingerprint exactly when they are the same."""
    assert (fingerprint_of(one, AMY) == fingerprint_of(other, AMY)) is (one == other)


@given(REQUESTS)
def test_who_asks_belongs_to_the_fingerprint(request: pb.ProposeDeterminationRequest) -> None:
    """Another person, another council, and another call with the same bytes are other requests."""
    own = fingerprint_of(request, AMY)
    assert fingerprint_of(request, replace(AMY, subject="ben")) != own
    assert fingerprint_of(request, replace(AMY, council="elsewhere")) != own
    assert fingerprint_of(request, replace(AMY, roles=frozenset({Role.OPERATIONS}))) == own
    release = pb.ReleaseHoldRequest(request_id=request.request_id, case_id="c", etag="1")
    resumption = pb.ResumeCaseRequest.FromString(release.SerializeToString())
    assert fingerprint_of(release, AMY) != fingerprint_of(resumption, AMY)


def test_ids_can_be_read_out() -> None:
    """No letter that is mistaken for another, and no id twice."""
    ids = {new_id("case") for _ in range(10_000)}
    assert len(ids) == 10_000
    assert all(re.fullmatch(r"case-[0-9a-hjkmnp-tv-z]{12}", each) for each in ids)
