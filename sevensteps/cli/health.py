"""`sevensteps health`: whether one process works. Containers are asked every few seconds, so it loads little."""

import os
from math import inf
from pathlib import Path
from typing import Annotated

import grpc
import typer
from grpc_health.v1 import health_pb2

from sevensteps.addresses import addresses_of, host_of
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import SERVICES, Settings
from sevensteps.sign_of_life import LONGEST_SILENCE, silence

WORKER = "worker"
PROCESSES = (*SERVICES, WORKER)
ANSWER_SECONDS = 3.0
AUTHORITIES = "authority.pem"
"""In the folder of certificates. What reads the others checks them too, which would take longer than the call."""
NOT_ASKED = "SEVENSTEPS_DATABASE"
"""Nothing here needs the settings of the database, and to check them takes longer than all the rest."""


def _process(name: str) -> str:
    if name not in PROCESSES:
        raise typer.BadParameter(f"expected one of {', '.join(PROCESSES)}, not {name}.")
    return name


def health(
    process: Annotated[
        str, typer.Argument(metavar="PROCESS", callback=_process, help=f"One of {', '.join(PROCESSES)}.")
    ],
) -> None:
    """Say whether a service serves, or whether the worker of this data folder works. Exit 1 if not."""
    settings = Settings.from_environment(
        {name: value for name, value in os.environ.items() if not name.startswith(NOT_ASKED)}
    )
    problem = _silence(settings) if process == WORKER else _refusal(settings, process)
    if problem:
        typer.echo(f"{process} {problem}", err=True)
        raise typer.Exit(ExitCode.FAILED)
    typer.echo(f"{process} {'works' if process == WORKER else 'serves'}.")


def _silence(settings: Settings) -> str:
    """Why the worker does not work; empty where it does."""
    seconds = silence(settings.sign_of_life)
    if seconds == inf:
        return f"has given no sign of life: there is no {settings.sign_of_life}."
    return f"gave its last sign of life {seconds:.0f} seconds ago." if seconds >= LONGEST_SILENCE else ""


def _refusal(settings: Settings, service: str) -> str:
    """Why a service does not serve, as far as can be told from here; empty where it serves."""
    address = settings.own_address(service)
    try:
        with _channel(settings, service, address) as channel:
            check = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            answer = check(health_pb2.HealthCheckRequest(), timeout=ANSWER_SECONDS)
    except grpc.RpcError:
        return f"does not answer at {address}. `sevensteps status` says more."
    except OSError as error:
        return f"cannot be asked: {error.filename} cannot be read ({type(error).__name__})."
    is_serving = answer.status == health_pb2.HealthCheckResponse.SERVING
    return "" if is_serving else "answers that it does not serve: it stops, or its certificate has ended."


def _channel(settings: Settings, service: str, address: str) -> grpc.Channel:
    """Callers need no certificate of their own. The service's is for where it is called, not for where it listens."""
    if not settings.certificates:
        return grpc.insecure_channel(address)
    authorities = (Path(settings.certificates) / AUTHORITIES).read_bytes()
    called = host_of(addresses_of(settings.address(service))[0]).strip("[]")
    options = [("grpc.ssl_target_name_override", called)] if settings.listen else []
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(authorities), options)
