"""Bringing a publication of packs in force in every service that decides, from one moment on, or in none."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from typing import TypeVar
from uuid import uuid4

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps import clock
from sevensteps.api.policy.v1.policy_pb2 import (
    PUBLICATION_STATE_IN_FORCE,
    ListPublicationsRequest,
    ListPublicationsResponse,
    Publication,
    PublishedPack,
    SchedulePublicationRequest,
    SchedulePublicationResponse,
    StagePublicationRequest,
    StagePublicationResponse,
)
from sevensteps.api.publications.v1.publications_pb2 import PutInForceRequest, PutInForceResponse
from sevensteps.api.receipts.v1.receipts_pb2 import GetPacksInForceRequest, GetPacksInForceResponse, PackInForce
from sevensteps.config import DECIDING_SERVICES, REGISTER
from sevensteps.errors import Fault, Kind
from sevensteps.rpc.caller import Caller

A = TypeVar("A", bound=Message)
T = TypeVar("T")

AHEAD = timedelta(seconds=1)
"""How far ahead the moment is: every instance has to hear of it before, and has half a second for that."""
TRIES = 4
"""How often a moment is tried that comes too soon for a busy machine; each is further ahead."""
AFTER_A_MOMENT = 0.6
"""When a moment has passed unused, services have heard so after so many seconds."""
MOMENT_LOST = frozenset({"MOMENT_TOO_NEAR", "MOMENT_PASSED", "SCHEDULED_OTHERWISE"})
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.05
InServices = Mapping[str, Mapping[str, PackInForce]]
"""For each service its packs in force, by name."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A publication that every service has taken."""

    publication: Publication
    needs_second_person: bool


async def packs_in_force(caller: Caller) -> InServices:
    """The packs by which each service decides. Raises a Fault that names a service which does not answer."""
    return await _in_all(DECIDING_SERVICES, partial(packs_in_service, caller))


async def packs_in_service(caller: Caller, service: str) -> Mapping[str, PackInForce]:
    """The packs by which a service decides, by name. Raises a Fault that names it where it does not answer."""
    answer = await _ask(caller, service, GetPacksInForceRequest(), GetPacksInForceResponse)
    return {pack.pack: pack for pack in answer.packs}


async def publications(caller: Caller) -> list[Publication]:
    """Every publication in the register, oldest first."""
    with _naming(REGISTER):
        pages = caller.pages(ListPublicationsRequest(), ListPublicationsResponse, at=REGISTER)
        return [publication async for page in pages for publication in page.publications]


async def stage(
    caller: Caller, publication_id: str, packs: Sequence[PublishedPack], files: Mapping[str, str], because: str
) -> Sent:
    """Send packs to every service. Raises the Fault of one that does not take them; then nothing decides by them."""

    async def at(service: str) -> StagePublicationResponse:
        request = StagePublicationRequest(
            request_id=str(uuid4()), publication_id=publication_id, packs=packs, files=files, because=because
        )
        return await _ask(caller, service, request, StagePublicationResponse)

    staged = (await _in_all(DECIDING_SERVICES, at))[REGISTER]
    return Sent(staged.publication, staged.needs_second_person)


async def put_in_force(caller: Caller, publication_id: str) -> datetime:
    """Put what every service has taken in force. Answers since when, or from when on, it is.

    Raises a Fault where it is not put in force; then it is in force in no service.
    """
    for again in range(1, TRIES + 1):
        moment = clock.now() + AHEAD * again
        try:
            return await put_in_force_from(caller, publication_id, moment)
        except Fault as fault:
            if fault.reason not in MOMENT_LOST or again == TRIES:
                raise
        await asyncio.sleep(max((moment - clock.now()).total_seconds(), 0) + AFTER_A_MOMENT)
    raise AssertionError


async def until_in_force(caller: Caller, hashes: Mapping[str, str]) -> None:
    """Wait until every service decides by these versions. Raises a Fault (UNAVAILABLE) that names those that do not."""
    deadline = monotonic() + PATIENCE_SECONDS
    while others := await not_yet(caller, hashes):
        if monotonic() > deadline:
            detail = (
                f"It is in force, but not known in {', '.join(others)} yet. `sevensteps policy in-force` tells more."
            )
            raise Fault(Kind.UNAVAILABLE, "NOT_EVERYWHERE_YET", detail)
        await asyncio.sleep(PAUSE_SECONDS)


async def not_yet(caller: Caller, hashes: Mapping[str, str]) -> list[str]:
    """The services that do not decide by these versions."""
    found = await packs_in_force(caller)
    return [
        service
        for service, packs in found.items()
        if any(packs.get(name, PackInForce()).hash != version for name, version in hashes.items())
    ]


async def put_in_force_from(caller: Caller, publication_id: str, moment: datetime) -> datetime:
    """Put what every service has taken in force from a moment on. Answers from when on it is, as `put_in_force`.

    It is scheduled everywhere first, in the register before all others. Raises Faults as `put_in_force` does.
    """
    begins = Timestamp()
    begins.FromDatetime(moment)

    async def schedule(service: str) -> Publication:
        request = SchedulePublicationRequest(
            request_id=str(uuid4()), publication_id=publication_id, in_force_from=begins
        )
        return (await _ask(caller, service, request, SchedulePublicationResponse)).publication

    scheduled = await schedule(REGISTER)
    if scheduled.state == PUBLICATION_STATE_IN_FORCE:
        return scheduled.in_force_from.ToDatetime(tzinfo=UTC)
    await _in_all([service for service in DECIDING_SERVICES if service != REGISTER], schedule)
    request = PutInForceRequest(request_id=str(uuid4()), publication_id=publication_id, in_force_from=begins)
    await _ask(caller, REGISTER, request, PutInForceResponse)
    return moment


async def _in_all(services: Sequence[str], ask: Callable[[str], Awaitable[T]]) -> dict[str, T]:
    """Ask several services at once. Raises the first Fault once all have answered."""
    answers = await asyncio.gather(*map(ask, services), return_exceptions=True)
    found: dict[str, T] = {}
    for service, answer in zip(services, answers, strict=True):
        if isinstance(answer, BaseException):
            raise answer
        found[service] = answer
    return found


async def _ask(caller: Caller, service: str, request: Message, answer: type[A]) -> A:
    with _naming(service):
        return await caller.ask(request, answer, at=service)


@contextmanager
def _naming(service: str) -> Iterator[None]:
    """A Fault names the service that is asked inside."""
    try:
        yield
    except Fault as fault:
        raise Fault(fault.kind, fault.reason, f"{service}: {fault.detail}", metadata=fault.metadata) from fault
