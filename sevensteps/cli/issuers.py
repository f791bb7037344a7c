"""The issuers whose tokens the services accept, and how each service has got their keys."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC

from sevensteps import clock
from sevensteps.api.identity.v1.identity_pb2 import ListIssuersRequest, ListIssuersResponse
from sevensteps.config import SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.rpc.caller import operations


@dataclass(frozen=True, slots=True)
class IssuerInService:
    """An issuer of tokens, as one service knows it."""

    service: str
    keys_fetched_at: str
    """When its keys were last fetched (ISO text, UTC); empty before."""
    problem: str
    """Why the last attempt failed; empty where it did not."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer of tokens."""

    issuer: str
    councils: tuple[str, ...]
    """Who believes it: councils, or * for the whole installation."""
    services: tuple[IssuerInService, ...]
    """What every service that answers says."""

    def lines(self) -> Iterator[str]:
        """Since when every service has its keys at the latest, and a line for those that cannot fetch them now."""
        whose = ", ".join("every council" if name == EVERY_COUNCIL else name for name in self.councils)
        yield f"issuer {self.issuer} for {whose}: {self._fetched()}"
        alike: dict[str, list[str]] = {}
        for service in self.services:
            alike.setdefault(service.problem, []).append(service.service)
        for problem, names in alike.items():
            if problem:
                yield f"issuer {self.issuer}, {', '.join(names)}: {problem}"

    def _fetched(self) -> str:
        without = [service.service for service in self.services if not service.keys_fetched_at]
        if without:
            return f"keys not known yet in {', '.join(without)}"
        oldest = min(service.keys_fetched_at for service in self.services)
        return f"keys fetched {clock.moment_in_words(clock.from_text(oldest))} or later"


async def read_issuers(settings: Settings) -> tuple[Issuer, ...]:
    """The issuers, as the services that answer know them."""
    councils: dict[str, tuple[str, ...]] = {}
    found: dict[str, list[IssuerInService]] = {}
    async with operations(settings) as caller:
        for service in SERVICES:
            with suppress(Fault):
                answer = await caller.ask(ListIssuersRequest(), ListIssuersResponse, at=service)
                for each in answer.issuers:
                    moment = each.keys_fetched_at.ToDatetime(tzinfo=UTC)
                    fetched = clock.as_text(moment) if each.HasField("keys_fetched_at") else ""
                    councils[each.issuer] = tuple(each.councils)
                    found.setdefault(each.issuer, []).append(IssuerInService(service, fetched, each.problem))
    return tuple(Issuer(name, councils[name], tuple(services)) for name, services in found.items())
