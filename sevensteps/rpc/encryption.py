"""What a server shows to who calls, and which callers have to show a certificate of their own."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar, cast

import grpc

from sevensteps.config import SERVICES, Settings
from sevensteps.encryption.certificates import WORKER, Files, identity
from sevensteps.encryption.folder import Certificates, certificates_for_calls, certificates_in
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor, Role

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Encryption:
    """How one service is encrypted."""

    calls: Certificates | None
    """What it shows to who calls; None where calls are not encrypted."""
    internal_address: str
    """Where it listens for the suite's own processes: gRPC asks whoever calls for a certificate, or nobody."""
    watched: Sequence[Certificates]
    """All certificates of the process, that for its database too."""

    @classmethod
    def of(cls, settings: Settings, service: str) -> Self:
        """That of the settings. Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE)."""
        calls = certificates_for_calls(settings, service)
        database = certificates_in(settings.database_certificates, service)
        watched = tuple(dict.fromkeys(each for each in (calls, database) if each))
        return cls(calls, settings.own_address(service, is_internal=True), watched)


PLAINTEXT = Encryption(None, "", ())


def ensure_own_process(actor: Actor, context: grpc.aio.ServicerContext[Q, A]) -> None:
    """Raise a Fault (DENIED) unless who acts as a process of the suite calls with that process's certificate.

    An issuer has names of its own for programs. So where a token for services names none of them, any may show its own.
    """
    shown = {uri.decode() for uri in context.auth_context().get("peer_uri", ())}
    services = (actor.subject,) if actor.subject in SERVICES else SERVICES
    processes = {Role.JOURNEY: (WORKER,), Role.SERVICE: services}
    wanted = [identity(process) for role in sorted(actor.roles) for process in processes.get(role, ())]
    if wanted and shown.isdisjoint(wanted):
        raise Fault(
            Kind.DENIED,
            "PROCESS_UNPROVEN",
            f"Who calls as {actor.subject} has to show a certificate for {' or '.join(wanted)}, at the address that "
            f"the suite's own processes call; this connection shows {', '.join(sorted(shown)) or 'none'}.",
        )


def server_credentials(certificates: Certificates, *, wants_certificate: bool) -> grpc.ServerCredentials:
    """Those of a port. New certificates count for connections that are made from then on."""
    shown = certificates.files()

    def newest() -> grpc.ServerCertificateConfiguration | None:
        nonlocal shown
        files = certificates.files()
        if files is shown:
            return None
        shown = files
        return _configuration(files)

    # gRPC takes None for no change, which its types do not say
    fetch = cast("Callable[[], grpc.ServerCertificateConfiguration]", newest)
    return grpc.dynamic_ssl_server_credentials(_configuration(shown), fetch, wants_certificate)


def _configuration(files: Files) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration([(files.key_pem, files.chain_pem)], files.authorities_pem)
