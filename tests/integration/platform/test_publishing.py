"""A published pack is in force in all services from one moment, or in none."""

import asyncio
import json
import re
import shutil
import time
from collections.abc import AsyncIterator
from datetime import UTC
from pathlib import Path
from uuid import uuid4

import pytest
import typer
from google.protobuf.message import Message

from integration.platform.four_services import FourServices, four_services
from servers.command_line import run_command
from servers.services import NOBODY, PACK, reason_of, refusal_of, run_service
from servers.waiting import until
from sevensteps import clock
from sevensteps.api.assessment.v1.assessment_pb2 import GetCouncilRequest
from sevensteps.api.assessment.v1.assessment_pb2_grpc import AssessmentServiceStub
from sevensteps.api.policy.v1.policy_pb2 import PublishedPack, StagePublicationRequest
from sevensteps.api.policy.v1.policy_pb2_grpc import PolicyServiceStub
from sevensteps.cli import publication_draft
from sevensteps.cli.policy_publish import confirm_pack, publish_pack
from sevensteps.config import DECIDING_SERVICES, POLICIES, Settings
from sevensteps.councils import SECONDS_BETWEEN_LOOKS
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.policy.authoring.check import Found, check
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import Problems
from sevensteps.publication import putting_in_force
from sevensteps.rpc.caller import Caller, policy_officer

MOST_SECONDS = 2.0
NATIONAL = "england/parameters/reviews.yaml"
RETITLED = ("How long a complex or risky plan", "How long a complex plan")
CHECKED: dict[tuple[str, str], Problems] = {}
AMENDED = ("review policy 2025", "review policy 2025, as amended")

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def drafts(tmp_path: Path) -> Path:
    """A folder of drafts: nothing in it is in force because it is there."""
    shutil.copytree(POLICIES, tmp_path / "drafts")
    return tmp_path / "drafts"


@pytest.fixture
async def services(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FourServices]:
    """All four; the command line finds them by the environment."""
    policies = tmp_path / "policies"
    shutil.copytree(POLICIES, policies)
    settings = Settings(data=tmp_path / "data", policies=policies, database=database, pack=PACK, feed=NOBODY)
    async with four_services(settings) as services:
        for name, value in services.settings.as_environment().items():
            monkeypatch.setenv(name, value)
        yield services


@pytest.fixture(autouse=True)
def check_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drafts that other tests have had, too, are checked once for all of them: it takes seconds."""
    monkeypatch.setattr(publication_draft, "check", checked_before)


def checked_before(root: Path, name: str, before: Found) -> Problems:
    version = (name, read_pack(root, name).hash)
    if version not in CHECKED:
        CHECKED[version] = check(root, name, before=before)
    return CHECKED[version]


def edit(folder: Path, *change: str, file: str = f"{PACK}/parameters/choices.yaml") -> None:
    was, becomes = change
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")


def draft(drafts: Path, *change: str) -> str:
    """Change the draft of the council's pack. Answers its hash."""
    edit(drafts, *(change or AMENDED))
    return read_pack(drafts, PACK).hash


class KilledError(BaseException):
    """The command line is gone."""


async def killed(*_: object) -> None:
    raise KilledError


def dies_at(monkeypatch: pytest.MonkeyPatch, rpc: str, call: int) -> None:
    """Have the command line die at the nth call of an RPC, before it is sent."""
    calls: list[str] = []
    ask = Caller.ask

    async def ask_or_die(self: Caller, request: Message, answer: type[Message], at: str = "") -> Message:
        if type(request).__name__ == f"{rpc}Request":
            calls.append(at)
            if len(calls) == call:
                raise KilledError
        return await ask(self, request, answer, at)

    monkeypatch.setattr(Caller, "ask", ask_or_die)


async def everywhere(services: FourServices, version: str) -> bool:
    return await services.hashes(PACK) == {version}


async def decides(services: FourServices, name: str) -> bool:
    return not await reason_of(services.decide(name))


async def publish(services: FourServices, drafts: Path, *, by: str = "pam", because: str = "the council met") -> None:
    await publish_pack(services.settings, str(drafts / PACK), because, by)


async def test_every_decision_before_the_moment_is_by_the_old_version_and_every_later_one_by_the_new(
    services: FourServices, drafts: Path
) -> None:
    """In every service, while all of them decide without a pause and none is refused."""
    [old] = await services.hashes(PACK)
    new = draft(drafts)
    async with services.deciding():
        await publish(services, drafts)
        await asyncio.sleep(0.3)
    told = await services.in_force(PACK)
    [moment] = {clock.as_text(each.in_force_from.ToDatetime(tzinfo=UTC)) for each in told.values()}
    for name in DECIDING_SERVICES:
        decided = await services.decided_by(name)
        assert {version for at, version in decided if at < moment} == {old}
        assert {version for at, version in decided if at >= moment} == {new}


@on_sqlite
async def test_who_published_what_and_why_is_told_by_every_service(services: FourServices, drafts: Path) -> None:
    """With the moment from which it decides."""
    new = draft(drafts)
    began = clock.now()
    await publish(services, drafts, by="pam", because="the council met")
    for told in (await services.in_force(PACK)).values():
        assert (told.hash, told.published_by, told.because, told.confirmed_by) == (new, "pam", "the council met", "")
        assert began < told.in_force_from.ToDatetime(tzinfo=UTC) <= clock.now()


@on_sqlite
async def test_it_is_in_force_everywhere_within_two_seconds_of_being_sent(
    services: FourServices, drafts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first byte that is sent until every service decides by it; the best of three, on a busy machine."""
    sent: list[float] = []
    took: list[float] = []
    whole = putting_in_force.stage

    async def stage(*arguments: object) -> object:
        sent.append(time.monotonic())
        return await whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(putting_in_force, "stage", stage)
    for change in (AMENDED, AMENDED[::-1], AMENDED):
        draft(drafts, *change)
        await publish(services, drafts)
        took.append(time.monotonic() - sent[-1])
    assert min(took) <= MOST_SECONDS


@on_sqlite
async def test_an_older_version_is_published_again(services: FourServices, drafts: Path) -> None:
    """That is how a mistake is taken back: it decides again, and both acts are on record."""
    [old] = await services.hashes(PACK)
    new = draft(drafts)
    await publish(services, drafts)
    assert await services.first_decisions() == {new}
    draft(drafts, *AMENDED[::-1])
    await publish(services, drafts, because="it was a mistake")
    assert await services.first_decisions() == {old}
    async with policy_officer(services.settings, "pam") as pam:
        told = [each.because for each in await putting_in_force.publications(pam)]
    assert told == ["the council met", "it was a mistake"]


@on_sqlite
async def test_a_publication_survives_restarts_and_the_folder_is_not_followed_any_more(
    services: FourServices, drafts: Path
) -> None:
    """What the folder has is a draft from then on: neither in force nor refused, also after a restart."""
    new = draft(drafts)
    await publish(services, drafts)
    edit(services.settings.policies, "type: word\n", "type: sword\n")
    await asyncio.sleep(1)
    assert await services.first_decisions() == {new}
    for name in DECIDING_SERVICES:
        await services.stop(name)
        await services.start(name)
    assert await services.first_decisions() == {new}
    assert {each.refused for each in (await services.in_force(PACK)).values()} == {""}


@on_sqlite
@pytest.mark.parametrize("down", ["assessment", "review"])
async def test_nothing_is_published_while_a_service_is_down(services: FourServices, drafts: Path, down: str) -> None:
    """The refusal names it. Once it is back, the same command publishes."""
    [old] = await services.hashes(PACK)
    new = draft(drafts)
    await services.stop(down)
    with pytest.raises(Fault, match=f"{down}: nothing answers"):
        await publish(services, drafts)
    assert await services.hashes(PACK) == {old}
    await services.start(down)
    await publish(services, drafts)
    assert await services.first_decisions() == {new}


@on_sqlite
@pytest.mark.parametrize("broken_off", ["StagePublication", "SchedulePublication", "PutInForce"])
async def test_what_is_broken_off_is_in_force_nowhere_and_is_finished_by_the_same_command(
    services: FourServices, drafts: Path, monkeypatch: pytest.MonkeyPatch, broken_off: str
) -> None:
    """The command line dies after the first service has been asked, before the last one answers."""
    [old] = await services.hashes(PACK)
    new = draft(drafts)
    dies_at(monkeypatch, broken_off, 1 if broken_off == "PutInForce" else 2)
    with pytest.raises(KilledError):
        await publish(services, drafts)
    monkeypatch.undo()
    await asyncio.sleep(1.5)  # whatever moment it had has passed
    assert await services.first_decisions() == {old}
    await publish_pack(services.settings, str(drafts / PACK), "", "pam")  # the reason is on record already
    assert await services.first_decisions() == {new}
    async with policy_officer(services.settings, "pam") as pam:
        assert len(await putting_in_force.publications(pam)) == 1


async def test_what_is_broken_off_after_it_was_put_in_force_is_in_force_everywhere(
    services: FourServices, drafts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the same moment, although nobody has told the other services; one of them was down at that moment."""
    new = draft(drafts)
    monkeypatch.setattr(putting_in_force, "until_in_force", killed)
    with pytest.raises(KilledError):
        await publish(services, drafts)
    await services.stop("planning")
    await asyncio.sleep(1.5)
    await services.start("planning")
    told = await services.in_force(PACK)
    assert await services.first_decisions() == {new}
    await until(lambda: everywhere(services, new), "planning to hear of it")
    told = await services.in_force(PACK)
    assert len({each.in_force_from.ToMilliseconds() for each in told.values()}) == 1
    monkeypatch.undo()
    await publish(services, drafts)
    assert await services.hashes(PACK) == {new}


@on_sqlite
async def test_a_service_that_cannot_know_whether_it_is_in_force_decides_nothing_until_it_can(
    services: FourServices, drafts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment has come, and assessment, which has the register, is away. Its answer is final."""
    [old] = await services.hashes(PACK)
    draft(drafts)
    dies_at(monkeypatch, "PutInForce", 1)
    with pytest.raises(KilledError):
        await publish(services, drafts)
    await services.stop("assessment")
    await asyncio.sleep(1.5)
    assert await reason_of(services.decide("planning")) == "PACK_BEING_PUBLISHED"
    await services.start("assessment")
    await until(lambda: decides(services, "planning"), "planning to hear that it is not in force")
    assert await services.first_decisions() == {old}


async def test_of_two_who_publish_at_once_the_second_has_to_look_again(
    services: FourServices, drafts: Path, tmp_path: Path
) -> None:
    """Nobody replaces a version that they have not seen: one is in force everywhere, the other one nowhere."""
    others = tmp_path / "others"
    shutil.copytree(drafts, others)
    hashes = draft(drafts), draft(others, AMENDED[0], f"{AMENDED[1]} otherwise")
    for folder in (drafts, others):  # beside it the other one would wait too long for an answer
        checked_before(folder, PACK, {})
    ended = await asyncio.gather(publish(services, drafts), publish(services, others, by="pia"), return_exceptions=True)
    [refused] = [fault for fault in ended if isinstance(fault, Fault)]
    assert refused.reason == "PACK_CHANGED"
    assert await services.first_decisions() == {hashes[ended.index(None)]}


@on_sqlite
async def test_publishing_the_national_pack_publishes_it_for_councils_that_extend_it(
    services: FourServices, drafts: Path
) -> None:
    """Over what is in force of the council's own choices, not over their draft."""
    draft(drafts)
    edit(drafts, *RETITLED, file=NATIONAL)
    edit(services.settings.policies, *RETITLED, file=NATIONAL)
    expected = read_pack(services.settings.policies, PACK).hash
    edit(services.settings.policies, *RETITLED[::-1], file=NATIONAL)
    await publish_pack(services.settings, str(drafts / "england"), "the Act was amended", "pam")
    assert await services.first_decisions() == {expected}


@on_sqlite
async def test_a_council_pack_that_cannot_stand_over_the_new_national_one_keeps_it_out(
    services: FourServices, drafts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is read and checked over the new national pack, and told by its line. Nothing is sent."""
    [old] = await services.hashes(PACK)
    text = (drafts / NATIONAL).read_text(encoding="utf-8")
    start = text.index("  reviews.complex_months:\n")
    changed = text[:start] + text[start:].replace("set by: council", "set by: law", 1)
    (drafts / NATIONAL).write_text(changed, encoding="utf-8")
    with pytest.raises(SystemExit):
        await publish_pack(services.settings, str(drafts / "england"), "a mistake", "pam")
    assert f"{PACK}/parameters/choices.yaml:" in capsys.readouterr().err
    assert await services.hashes(PACK) == {old}


@on_sqlite
async def test_a_pack_with_a_problem_is_not_sent(
    services: FourServices, drafts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worked case that fails is told, and the command ends with exit code 1."""
    [old] = await services.hashes(PACK)
    draft(drafts, "value: 4, reference", "value: 5, reference")
    with pytest.raises(typer.Exit) as ended:
        await publish(services, drafts)
    assert ended.value.exit_code == 1
    assert f"{PACK}/cases/" in capsys.readouterr().out
    assert await services.hashes(PACK) == {old}


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_two_instances_on_one_database_change_over_at_one_moment(services: FourServices, drafts: Path) -> None:
    """The second one was sent nothing: it finds the publication in the records, and does not check it again."""
    [old] = await services.hashes(PACK)
    new = draft(drafts)
    first = services.running["planning"]
    async with run_service("planning", services.settings) as second:
        services.running["second"] = second
        async with services.deciding():
            await publish(services, drafts)
            await asyncio.sleep(0.3)
        told = (await services.in_force(PACK))["second"]
        del services.running["second"]
    moment = clock.as_text(told.in_force_from.ToDatetime(tzinfo=UTC))
    assert first.address != second.address
    decided = await services.decided_by("planning")
    assert {version for at, version in decided if at < moment} == {old}
    assert {version for at, version in decided if at >= moment} == {new}


@on_sqlite
async def test_where_a_council_lets_two_people_publish_the_second_puts_it_in_force(
    services: FourServices, drafts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first cannot do it, by the command line or past it. Both stand on record, in every service."""
    [old] = await services.hashes(PACK)
    edit(services.settings.policies, "\npack:", "\npublishing: two people\npack:", file=f"{PACK}/council.yaml")
    await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    assessment = services.running["assessment"]
    pat = assessment.stub(AssessmentServiceStub, assessment.token("pat", Role.PLANNER, council=PACK))
    assert (await pat.GetCouncil(GetCouncilRequest())).council.publishing_needs_two
    new = draft(drafts)
    await publish(services, drafts, by="pam")
    assert f"sevensteps policy publish --confirm {new[:12]}" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        await confirm_pack(services.settings, new[:12], "pam")
    async with policy_officer(services.settings, "pam") as pam:
        [waiting] = await putting_in_force.publications(pam)
        with pytest.raises(Fault, match="SECOND_PERSON_NEEDED"):
            await putting_in_force.put_in_force(pam, waiting.publication_id)
    assert await services.first_decisions() == {old}
    await confirm_pack(services.settings, new[:12], "pia")
    assert await services.first_decisions() == {new}
    people = {(each.published_by, each.confirmed_by) for each in (await services.in_force(PACK)).values()}
    assert people == {("pam", "pia")}


@on_sqlite
async def test_a_service_takes_no_pack_that_cannot_decide_or_is_not_the_callers(
    services: FourServices, drafts: Path
) -> None:
    """Whoever calls past the command line: files of another version, values that are missing, other councils' packs."""
    edit(drafts, "from: 2025-04-01, value: 4,", "from: 2025-04-01, until: 2025-04-02, value: 4,")
    pack = read_pack(drafts, PACK)
    sent = [PublishedPack(pack=PACK, hash=pack.hash)]
    request = StagePublicationRequest(request_id=str(uuid4()), publication_id="p1", packs=sent, because="a mistake")
    request.files.update(pack.files)
    running = services.running["planning"]
    pam = running.stub(PolicyServiceStub, running.token("pam", Role.POLICY_OFFICER, council="*"))
    fault = await refusal_of(pam.StagePublication(request))
    assert fault.reason == "PACK_INVALID"
    assert "reviews.complex_months: a value in force on" in fault.detail
    request.packs[0].hash = "0" * 64
    assert await reason_of(pam.StagePublication(request)) == "PACK_REFUSED"
    request.packs[0].hash = pack.hash
    request.files[f"{PACK}/parameters/choices.yaml"] = "parameters: {}"
    mine = read_pack(POLICIES, PACK)
    request.packs[0].hash = mine.hash
    request.files.update(mine.files)
    one_council = running.token("pam", Role.POLICY_OFFICER, council="example-council")
    pat = running.stub(PolicyServiceStub, one_council)
    assert await reason_of(pat.StagePublication(request)) == "OTHER_COUNCILS_PACK"
    practitioner = running.stub(PolicyServiceStub, running.token("amy", Role.PRACTITIONER, council="*"))
    assert await reason_of(practitioner.StagePublication(request)) == "ROLE_LACKS_RIGHT"
    assert await reason_of(pam.StagePublication(request)) == ""


@on_sqlite
async def test_the_command_line_publishes_and_tells_it(services: FourServices, drafts: Path) -> None:
    """As somebody at a terminal does it; in-force says the same for people and for programs."""
    new = draft(drafts)
    environment = services.settings.as_environment()

    def run(*arguments: str) -> tuple[int, str]:
        ended = run_command(environment, "policy", *arguments)
        return ended.returncode, ended.stdout + ended.stderr

    act = ("publish", str(drafts / PACK), "--by", "pam")
    code, said = await asyncio.to_thread(run, *act)
    assert (code, said.splitlines()[-1]) == (2, "--because: say why, in some words")
    code, said = await asyncio.to_thread(run, *act, "--because", "the council met")
    assert code == 0, said
    assert re.search(rf"In force in every service since .* UTC: {PACK} {new[:12]}\n$", said)
    code, said = await asyncio.to_thread(run, *act, "--because", "again")
    assert (code, said.splitlines()[-1]) == (0, "Nothing to publish: it is in force in every service already.")
    code, said = await asyncio.to_thread(run, "in-force")
    assert code == 0
    assert re.search(rf"every service: {new[:12]} since .* UTC, published by pam: the council met\n", said)
    code, said = await asyncio.to_thread(run, "in-force", "--json")
    [council] = json.loads(said)["councils"]
    told = {(each["service"], each["hash"], each["published_by"], each["because"]) for each in council["services"]}
    assert told == {(name, new, "pam", "the council met") for name in DECIDING_SERVICES}
