"""Publications as they go on the wire."""

from datetime import UTC
from typing import TypeAlias

from sevensteps import clock
from sevensteps.api.policy.v1 import policy_pb2 as pb
from sevensteps.api.publications.v1.publications_pb2 import PutInForceRequest, SettlePublicationRequest
from sevensteps.fields import Fields, moment, number_of
from sevensteps.service.publications import Publication

NamesMoment: TypeAlias = pb.SchedulePublicationRequest | PutInForceRequest | SettlePublicationRequest
"""A request that names a publication and a moment."""


def moment_of(request: NamesMoment, fields: Fields) -> str:
    """The moment that a request names, as it is stored. The publication's id is read, too."""
    fields.id("publication_id", request.publication_id)
    if not request.in_force_from.seconds:
        fields.wrong("in_force_from", "must be given")
    try:
        return clock.as_text(request.in_force_from.ToDatetime(tzinfo=UTC))
    except (ValueError, OverflowError):
        fields.wrong("in_force_from", "must be a moment")
        return ""


def message(of: Publication) -> pb.Publication:
    """A publication."""
    return pb.Publication(
        publication_id=of.publication_id,
        packs=[pb.PublishedPack(pack=pack.pack, hash=pack.hash, replaces=pack.replaces) for pack in of.packs],
        published_by=of.published_by,
        because=of.because,
        published_at=moment(of.published_at),
        state=number_of(pb.PublicationState, of.state),
        in_force_from=moment(of.in_force_from),
        confirmed_by=of.confirmed_by,
    )
