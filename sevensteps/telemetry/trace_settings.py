"""Where traces go, and how many of them: by the names that OpenTelemetry gives these settings everywhere."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit

from sevensteps.addresses import is_loopback
from sevensteps.config import SettingsError

OTLP: Final = "OTEL_EXPORTER_OTLP_"
ENDPOINT, CERTIFICATE, PROTOCOL = f"{OTLP}ENDPOINT", f"{OTLP}CERTIFICATE", f"{OTLP}PROTOCOL"
SAMPLER, SHARE = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
PARENT_BASED: Final = "parentbased_"
SAMPLERS: Final = ("always_on", "always_off", "traceidratio")
DEFAULT_SAMPLER: Final = f"{PARENT_BASED}always_on"
EXCUSE: Final = "telemetry"
"""What SEVENSTEPS_PLAINTEXT says where traces may leave this machine without encryption."""


@dataclass(frozen=True, slots=True)
class TraceSettings:
    """Where traces go, and which share of those that begin here is recorded."""

    target: str
    """host:port of a collector that takes OTLP over gRPC."""
    is_encrypted: bool
    authority: bytes | None
    """The certificates of authorities that the collector's is checked by, in PEM; None for those of the system."""
    share: float
    """From 0 to 1."""
    follows_parent: bool
    """Whether what began elsewhere is recorded if it is recorded there."""

    @classmethod
    def read(cls, plaintext: str, environment: Mapping[str, str] = os.environ) -> Self | None:
        """The settings; None where traces go nowhere. `plaintext` is SEVENSTEPS_PLAINTEXT.

        Raises SettingsError for a value that cannot be used, and for a setting of OTLP's that is not understood here.
        """
        endpoint = environment.get(ENDPOINT, "")
        if not endpoint:
            return None
        _refuse_unknown(environment)
        url = urlsplit(endpoint)
        if url.scheme not in {"http", "https"} or not url.hostname or url.path.strip("/"):
            raise SettingsError(
                f"{ENDPOINT}: expected http:// or https://, a host and a port, such as http://127.0.0.1:4317."
            )
        is_encrypted = url.scheme == "https"
        excused = EXCUSE in {name.strip() for name in plaintext.split(",")}
        if not is_encrypted and not excused and not is_loopback(url.hostname):
            raise SettingsError(
                f"{ENDPOINT}: {url.hostname} is not on this machine, and nothing encrypts the connection. Begin it "
                f"with https://; or, if the network itself keeps others out, put {EXCUSE} into SEVENSTEPS_PLAINTEXT."
            )
        share, follows_parent = _sampling(environment)
        return cls(url.netloc, is_encrypted, _authority(environment.get(CERTIFICATE, "")), share, follows_parent)


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = (ENDPOINT, CERTIFICATE, PROTOCOL)
    unknown = sorted(name for name in environment if name.startswith(OTLP) and name not in known)
    if unknown:
        raise SettingsError(f"{', '.join(unknown)}: not understood here. Of {OTLP}… there are {', '.join(known)}.")
    if environment.get(PROTOCOL, "grpc") != "grpc":
        raise SettingsError(f"{PROTOCOL}: expected grpc, the only one that is spoken here.")


def _sampling(environment: Mapping[str, str]) -> tuple[float, bool]:
    sampler = environment.get(SAMPLER) or DEFAULT_SAMPLER
    name = sampler.removeprefix(PARENT_BASED)
    if name not in SAMPLERS:
        known = ", ".join((*SAMPLERS, *(PARENT_BASED + each for each in SAMPLERS)))
        raise SettingsError(f"{SAMPLER}: expected one of {known}.")
    share = {"always_on": 1.0, "always_off": 0.0}.get(name)
    return _share(environment.get(SHARE) or "1") if share is None else share, name != sampler


def _share(given: str) -> float:
    if not re.fullmatch(r"0|1|1\.0+|0?\.[0-9]+", given, re.ASCII):
        raise SettingsError(f"{SHARE}: expected a number from 0 to 1, such as 0.1 for every tenth.")
    return float(given)


def _authority(file: str) -> bytes | None:
    if not file:
        return None
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise SettingsError(f"{CERTIFICATE}: expected a file that can be read ({type(error).__name__}).") from None
