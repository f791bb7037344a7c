"""What is tried, in a network of its own, so that neither ports nor rules of this machine's network matter."""

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUDPServer
from tempfile import TemporaryDirectory
from threading import Thread
from time import monotonic, sleep

import httpx

from compose.engine import existing
from compose.suite import NEWER, SERVING, TELEMETRY, VERSION_LABEL, Composed, answers_without_encryption
from sevensteps.config import SERVICES, Settings

USER = "10001"
PARTS = "/opt/sevensteps/sbom.cdx.json"
MOST_LOOKS = 5
PROMETHEUS = "http://127.0.0.1:9090"
JAEGER = "http://jaeger:16686/api/traces?service=assessment&limit=200"
PASSED = ("assessment", "feed", "worker")
"""What a change of a case passes: the service that records it, the feed, and the worker, whose journey hears of it."""
TELLING_SECONDS = 120.0
"""By then Prometheus has asked everything four times, and traces have been sent."""


class WrongError(Exception):
    """What was found wrong."""


def _check(*, holds: bool, otherwise: str) -> None:
    if not holds:
        raise WrongError(otherwise)


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """Try it; answers the exit code."""
    with TemporaryDirectory() as desk:
        _begin_network(Path(desk))
        composed = Composed(existing(), Path(desk))
        with suppress(subprocess.CalledProcessError):
            composed.down()  # what a run that was killed has left
        try:
            _try(composed)
        except (WrongError, TimeoutError, subprocess.SubprocessError) as error:
            _say(f"FAILED. {error}")
            return 1
        finally:
            composed.down()
    _say("Taken down, with volumes and network.")
    return 0


class _KnowsNobody(BaseRequestHandler):
    """Answers whoever asks for a name that there is none: containers ask here for what their own network lacks."""

    def handle(self) -> None:
        question, socket = self.request
        nobody = question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:]
        socket.sendto(nobody, self.client_address)


def _begin_network(scratch: Path) -> None:
    """Give this network a loopback, and names that it lacks an answer at once, without which Go waits for seconds."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    (scratch / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    subprocess.run(["mount", "--bind", scratch / "resolv.conf", "/etc/resolv.conf"], check=True)
    Thread(target=ThreadingUDPServer(("127.0.0.1", 53), _KnowsNobody).serve_forever, daemon=True).start()


def _try(composed: Composed) -> None:
    began = monotonic()
    composed.up()
    _say(f"From images to ready: {monotonic() - began:.0f} s.")
    steps: tuple[Callable[[Composed], None], ...] = (
        *(_guards, _play, _look_after, _show, _tell, _kill, _upgrade, _restore),
    )
    for step in steps:
        began = monotonic()
        step(composed)
        _say(f"{(step.__doc__ or '').strip()} {monotonic() - began:.0f} s.")


def _guards(composed: Composed) -> None:
    """Processes are nobody, write nowhere but to their folders, and only the services can be called, encrypted."""
    for service in SERVING:
        guarded = composed.inspect(service, ".HostConfig.ReadonlyRootfs"), composed.inspect(service, ".EffectiveCaps")
        _check(holds=guarded == ("true", "[]"), otherwise=f"{service} has {guarded}")
        published = composed.inspect(service, "json .HostConfig.PortBindings")
        _check(holds=published == _expected_ports(service), otherwise=f"{service} publishes {published}")
    for service in (*SERVICES, "worker"):
        name = composed.container(service)
        user = composed.engine.run("podman", "exec", name, "id", "--user").strip()
        _check(holds=user == USER, otherwise=f"{service} runs as {user}")
        for folder in ("/opt/sevensteps", "/policies", "/run/secrets", "/var/lib/sevensteps-certificates"):
            has_written = composed.engine.succeeds("podman", "exec", name, "touch", f"{folder}/new")
            _check(holds=not has_written, otherwise=f"{service} can write to {folder}")
    parts = json.loads(composed.engine.run("podman", "exec", composed.container("feed"), "cat", PARTS))["components"]
    _check(holds=any(part["name"] == "durable_rules" for part in parts), otherwise="the list of parts lacks some")
    for service in SERVICES:
        address = Settings().address(service)
        _check(holds=not answers_without_encryption(address), otherwise=f"{service} answers unencrypted calls")


def _expected_ports(service: str) -> str:
    """What podman says of a container whose ports are published as they should be: those of services, and the pages."""
    if service not in (*SERVICES, "console"):
        return "{}"
    host, _, port = Settings().address(service).rpartition(":")
    return f'{{"{port}/tcp":[{{"HostIp":"{host}","HostPort":"{port}"}}]}}'


def _play(composed: Composed) -> None:
    """All examples were played from outside, with tokens, encrypted, and their receipts are in order."""
    composed.fetch_for_callers()
    _ended_well(composed.command_line("play"))
    _ended_well(composed.command_line("verify", "--all"))


def _look_after(composed: Composed) -> None:
    """The desk finds every process well and the records in order, and the worker's container rebuilds journeys."""
    for command in (["status"], ["db", "check"], ["case", "list"]):
        _say(composed.in_container("desk", *command).rstrip())
    _say(composed.in_container("worker", "journeys", "rebuild").rstrip())


def _show(_: Composed) -> None:
    """The console shows its pages to this machine, with what they look by."""
    for page in ("sign-in", "static/govuk/govuk-frontend.min.css"):
        answer = httpx.get(f"http://{Settings().console}/{page}")
        _check(holds=answer.status_code == httpx.codes.OK, otherwise=f"the console answers {page} with {answer}")


def _tell(composed: Composed) -> None:
    """Prometheus found every process, no alert was wrong, and a case's whole way could be followed in Jaeger."""
    composed.bring_up(*TELEMETRY)
    _ended_well(composed.command_line("play", "examples/direct-payment.yaml"))
    deadline = monotonic() + TELLING_SECONDS
    while lacks := [*_not_found(), *_not_followed(composed)]:
        if monotonic() > deadline:
            raise WrongError("; ".join(lacks))
        sleep(5)
    rules = httpx.get(f"{PROMETHEUS}/api/v1/rules").json()["data"]["groups"]
    wrong = [rule["name"] for group in rules for rule in group["rules"] if rule["health"] != "ok"]
    _check(holds=bool(rules) and not wrong, otherwise=f"Prometheus cannot evaluate {wrong}")


def _not_found() -> list[str]:
    """What Prometheus does not reach."""
    try:
        found = httpx.get(f"{PROMETHEUS}/api/v1/targets").json()["data"]["activeTargets"]
    except httpx.TransportError:
        return ["Prometheus does not answer"]
    return [f"{each['scrapePool']}: {each['lastError']}" for each in found if each["health"] != "up"]


def _not_followed(composed: Composed) -> list[str]:
    """What no trace goes through of all that the way of a case goes through."""
    asking = f"import urllib.request as r; print(r.urlopen({JAEGER!r}).read().decode())"
    traces = json.loads(composed.engine.run("podman", "exec", composed.container("feed"), "python", "-c", asking))
    ways = [{process["serviceName"] for process in trace["processes"].values()} for trace in traces["data"] or ()]
    longest = max(ways, key=len, default=set())
    return [f"no trace goes through {name} and {', '.join(sorted(longest))}" for name in {*PASSED} - longest]


def _kill(composed: Composed) -> None:
    """The worker and review were killed; they came back by themselves, and a case went through them to its end."""
    killed = ("worker", "review")
    before = {service: composed.inspect(service, ".State.StartedAt") for service in killed}
    for service in killed:
        composed.kill(service)
    _ended_well(composed.command_line("play", "examples/direct-payment.yaml"))
    for service in killed:
        composed.wait_for(service)
        started = composed.inspect(service, ".State.StartedAt")
        _check(holds=started != before[service], otherwise=f"{service} was not started again")


def _upgrade(composed: Composed) -> None:
    """Review was replaced by one of a newer image while a case was played, and nobody noticed."""
    composed.make_newer_image()
    playing = composed.begin_command("play", "examples/direct-payment.yaml")
    composed.replace("review")
    said, wrong = playing.communicate(timeout=300)
    _say(said.rstrip())
    _check(holds=playing.returncode == 0, otherwise=f"the case was not played to its end: {wrong}")
    version = composed.inspect("review", f'index .Config.Labels "{VERSION_LABEL}"')
    _check(holds=version == NEWER, otherwise=f"review is of version {version}")


def _restore(composed: Composed) -> None:
    """PostgreSQL was lost and restored from a backup: every case is where it was, and goes on."""
    before = _cases(composed)
    _check(holds=bool(before), otherwise="there are no cases")
    composed.back_up(composed.desk / "records.dump")
    composed.restore(composed.desk / "records.dump")
    for _ in range(MOST_LOOKS):  # Temporal lists a journey some time after it has moved
        if (after := _cases(composed)) == before:
            break
    _check(holds=after == before, otherwise=f"cases were {before}, and are {after}")
    _ended_well(composed.command_line("verify", "--all"))
    _ended_well(composed.command_line("play", "examples/direct-payment.yaml"))


def _cases(composed: Composed) -> list[str]:
    """Every case and where it stands, as the desk lists it."""
    listed = composed.in_container("desk", "case", "list", "--json")
    return sorted(line.strip() for line in listed.splitlines() if line.startswith("{"))


def _ended_well(ended: subprocess.CompletedProcess[str]) -> None:
    _say(ended.stdout.rstrip())
    _check(holds=ended.returncode == 0, otherwise=f"{' '.join(ended.args[3:])}: {ended.stderr}")


if __name__ == "__main__":
    sys.exit(main())
