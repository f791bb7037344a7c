"""`sevensteps health`: whether one process works. Containers are asked every few seconds, so it loads little."""

import json
import os
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Annotated

import grpc
import typer
from grpc_health.v1 import health_pb2

from sevensteps.addresses import addresses_of, host_of, port_of
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import SERVICES, Settings
from sevensteps.sign_of_life import LONGEST_SILENCE, silence
from sevensteps.telemetry.words import ASKED, LIVE, READY, STARTED, WELL

WORKER, CONSOLE = "worker", "console"
PROCESSES = (*SERVICES, WORKER, CONSOLE)
ANSWER_SECONDS = 3.0
AUTHORITIES = "authority.pem"
"""In the folder of certificates. What reads the others checks them too, which would take longer than the call."""
IS = {LIVE: "is live", READY: "is ready", STARTED: "has started"}
IS_NOT = {LIVE: "is not live", READY: "is not ready", STARTED: "has not started"}
NOT_ASKED = "SEVENSTEPS_DATABASE"
"""Nothing here needs the settings of the database, and to check them takes longer than all the rest."""


def _process(name: str) -> str:
    if name not in PROCESSES:
        raise typer.BadParameter(f"expected one of {', '.join(PROCESSES)}, not {name}.")
    return name


def _what(what: str) -> str:
    if what not in {"", *ASKED}:
        raise typer.BadParameter(f"expected one of {', '.join(ASKED)}, not {what}.")
    return what


def health(
    process: Annotated[
        str, typer.Argument(metavar="PROCESS", callback=_process, help=f"One of {', '.join(PROCESSES)}.")
    ],
    what: Annotated[
        str, typer.Argument(metavar="WHAT", callback=_what, help=f"One of {', '.join(ASKED)}: ask for that instead.")
    ] = "",
) -> None:
    """Say whether a service or the console serves, or whether the worker of this data folder works. Exit 1 if not."""
    settings = Settings.from_environment(
        {name: value for name, value in os.environ.items() if not name.startswith(NOT_ASKED)}
    )
    if what:
        problem, good = _why_not(settings, process, what), IS[what]
    elif process == WORKER:
        problem, good = _silence(settings), "works"
    elif process == CONSOLE:
        problem, good = _console(settings), "serves"
    else:
        problem, good = _refusal(settings, process), "serves"
    if problem:
        typer.echo(f"{process} {problem}", err=True)
        raise typer.Exit(ExitCode.FAILED)
    typer.echo(f"{process} {good}.")


def _why_not(settings: Settings, process: str, what: str) -> str:
    """Why a process is not live, ready or started, in the words of its page where it has one; empty where it is.

    The worker and the console serve no calls: they have their page alone.
    """
    told = _page(settings, process, what)
    if told is not None:
        wrong = [f"{name}: {problem}" for name, problem in told.items() if problem != WELL]
        return "\n".join([f"{IS_NOT[what]}.", *wrong]) if wrong else ""
    if process in (WORKER, CONSOLE):
        return f"cannot be asked: it does not answer at SEVENSTEPS_METRICS ({settings.metrics or 'which is empty'})."
    return _refusal(settings, process, what)


def _page(settings: Settings, process: str, what: str) -> Mapping[str, str] | None:
    """What the page at SEVENSTEPS_METRICS says of each part; None where there is no page of this process."""
    if not settings.metrics:
        return None
    from http.client import HTTPConnection, HTTPException  # noqa: PLC0415 - it takes long to load

    connection = HTTPConnection(
        host_of(settings.metrics).strip("[]"), port_of(settings.metrics), timeout=ANSWER_SECONDS
    )
    try:
        connection.request("GET", f"/{what}")
        told = json.loads(connection.getresponse().read())
    except (OSError, HTTPException, ValueError):
        return None
    finally:
        connection.close()
    is_its = isinstance(told, dict) and told.get("process") == process
    return told["checks"] if is_its else None


def _silence(settings: Settings) -> str:
    """Why the worker does not work; empty where it does."""
    seconds = silence(settings.sign_of_life)
    if seconds == inf:
        return f"has given no sign of life: there is no {settings.sign_of_life}."
    return f"gave its last sign of life {seconds:.0f} seconds ago." if seconds >= LONGEST_SILENCE else ""


def _console(settings: Settings) -> str:
    """Why the console does not serve; empty where it does."""
    from sevensteps.console_address import problem_of_console  # noqa: PLC0415 - it takes long to load

    return problem_of_console(settings)


def _refusal(settings: Settings, service: str, what: str = "") -> str:
    """Why a service does not serve, or not what it is asked, as far as can be told from here; empty where it does."""
    address = settings.own_address(service)
    try:
        with _channel(settings, service, address) as channel:
            check = channel.unary_unary(
                "/grpc.health.v1.Health/Check",
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            answer = check(health_pb2.HealthCheckRequest(service=what), timeout=ANSWER_SECONDS)
    except grpc.RpcError:
        return f"does not answer at {address}. `sevensteps status` says more."
    except OSError as error:
        return f"cannot be asked: {error.filename} cannot be read ({type(error).__name__})."
    if answer.status == health_pb2.HealthCheckResponse.SERVING:
        return ""
    if what:
        return f"{IS_NOT[what]}. Its page says why, where its SEVENSTEPS_METRICS names one; so does its log."
    return "answers that it does not serve: it stops, or its certificate has ended."


def _channel(settings: Settings, service: str, address: str) -> grpc.Channel:
    """Callers need no certificate of their own. The service's is for where it is called, not for where it listens."""
    if not settings.certificates:
        return grpc.insecure_channel(address)
    authorities = (Path(settings.certificates) / AUTHORITIES).read_bytes()
    called = host_of(addresses_of(settings.address(service))[0]).strip("[]")
    options = [("grpc.ssl_target_name_override", called)] if settings.listen else []
    return grpc.secure_channel(address, grpc.ssl_channel_credentials(authorities), options)
