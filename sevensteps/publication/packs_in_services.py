"""By which version of its pack each council's cases are decided in each service: since when, by whom and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC

from sevensteps import clock, councils
from sevensteps.api.receipts.v1.receipts_pb2 import PackInForce
from sevensteps.config import DECIDING_SERVICES, Settings
from sevensteps.errors import Fault
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.publication.putting_in_force import packs_in_service
from sevensteps.rpc.caller import Caller

SHORT = 12
"""How much of a hash people are shown."""


@dataclass(frozen=True, slots=True)
class PackInService:
    """The pack of a council in one service."""

    service: str
    hash: str
    """The hash of its content, as the service decides by it now; empty where that is not known."""
    refused: str
    """Why the service refuses the version in the folder, in one line; empty where it does not."""
    since: str
    """Since when it decides by it (ISO text, UTC); empty where that is not known."""
    published_by: str
    """Who published it; empty where it came with the folder of packs."""
    confirmed_by: str
    """The second person; empty where nobody had to confirm it."""
    because: str
    """Why it was published."""
    ending_soon: tuple[str, ...]
    """What it will be missing soon."""

    def story(self) -> str:
        """Since when it decides, who published it, and why."""
        if not self.hash:
            return "not known which version"
        since = (
            f"since {clock.moment_in_words(clock.from_text(self.since))}" if self.since else "since when is not known"
        )
        if not self.published_by:
            return f"{self.hash[:SHORT]} {since}, from the folder of packs"
        confirmed = f", confirmed by {self.confirmed_by}" if self.confirmed_by else ""
        return f"{self.hash[:SHORT]} {since}, published by {self.published_by}{confirmed}: {self.because}"


@dataclass(frozen=True, slots=True)
class CouncilPack:
    """The pack that decides for a council."""

    council: str
    pack: str
    hash: str
    """The hash of its content, as the assessment service decides by it now; empty where that is not known."""
    hash_in_folder: str
    """The same of what is in the folder of policies; empty where it cannot be read."""
    services: tuple[PackInService, ...]
    """The same in every service that decides."""

    def hashes(self) -> str:
        """By which version the assessment service decides, and which is in the folder if it is another."""
        in_folder = f"{self.hash_in_folder[:SHORT]} in the folder" if self.hash_in_folder else "refused in the folder"
        if not self.hash:
            return f"not known which version; {in_folder}"
        return f"{self.hash[:SHORT]}" + (f"; {in_folder}" if self.hash != self.hash_in_folder else "")

    def stories(self) -> Iterator[str]:
        """A line for the services that decide by one version since one moment, and what `differences` adds to it."""
        alike: dict[str, list[str]] = {}
        for service in self.services:
            alike.setdefault(service.story(), []).append(service.service)
        for story, names in alike.items():
            yield f"{'every service' if len(alike) == 1 else ', '.join(names)}: {story}"

    def warnings(self) -> Iterator[str]:
        """A line for everything that will be missing soon, in any service."""
        for line in dict.fromkeys(line for service in self.services for line in service.ending_soon):
            yield f"{self.council}, warning: {line}"

    def differences(self) -> Iterator[str]:
        """A line for the services that refuse what is in the folder, and where they differ, for those that do not."""
        alike: dict[tuple[str, str], list[str]] = {}
        for service in self.services:
            alike.setdefault((service.hash, service.refused), []).append(service.service)
        for (version, refused), names in alike.items():
            if refused or len(alike) > 1:
                who = f"{self.council}, {', '.join(names)}"
                decides = f"decided by {version[:SHORT]}" if version else "not known which version"
                yield f"{who}: {decides}" + (f"; the pack in the folder is refused: {refused}" if refused else "")


async def packs_of_councils(caller: Caller, settings: Settings) -> tuple[CouncilPack, ...]:
    """The pack of every council, as the services that answer say."""
    in_services = {service: await _in_service(caller, service) for service in DECIDING_SERVICES}
    return tuple(_council_pack(settings, council, in_services) for council in councils.names(settings.policies))


async def _in_service(caller: Caller, service: str) -> Mapping[str, PackInForce]:
    """The packs by which a service decides, by name; none where it does not answer."""
    try:
        return await packs_in_service(caller, service)
    except Fault:
        return {}


def _council_pack(
    settings: Settings, council: str, in_services: Mapping[str, Mapping[str, PackInForce]]
) -> CouncilPack:
    name, in_folder = _in_folder(settings, council)
    found = {service: packs.get(name, PackInForce()) for service, packs in in_services.items()}
    services = [_in_words(service, pack) for service, pack in found.items()]
    return CouncilPack(council, name, found["assessment"].hash, in_folder, tuple(services))


def _in_words(service: str, pack: PackInForce) -> PackInService:
    moment = pack.in_force_from.ToDatetime(tzinfo=UTC)
    return PackInService(
        service,
        pack.hash,
        _in_one_line(pack.refused),
        since=clock.as_text(moment) if pack.HasField("in_force_from") else "",
        published_by=pack.published_by,
        confirmed_by=pack.confirmed_by,
        because=pack.because,
        ending_soon=tuple(pack.ending_soon.splitlines()),
    )


def _in_folder(settings: Settings, council: str) -> tuple[str, str]:
    """The pack that a council has chosen, and the hash of its content; empty where they cannot be read."""
    name = ""
    try:
        name = councils.read_council(settings.policies, council).pack
        return name, read_pack(settings.policies, name).hash
    except PackRefusedError:
        return name, ""


def _in_one_line(problems: str) -> str:
    """The first problem, and how many more there are."""
    first, *others = problems.splitlines() or [""]
    return first + (f" (and {len(others)} more)" if others else "")
