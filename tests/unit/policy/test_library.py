"""Packs change under a running process, and only for the better; receipts can be checked for ever."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library, Verdict
from sevensteps.policy import packs_in_force as module
from sevensteps.policy.authoring.check import check_pack
from sevensteps.policy.evaluation.plain import PlainEvaluator
from sevensteps.policy.packs.pack import Pack, read_pack
from sevensteps.policy.packs.problems import Problem

ON = date(2026, 4, 1)


def edit(packs: Path, file: str, old: str, new: str) -> None:
    path = packs / "small" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def eventually(library: Library, happens: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not happens():
        assert time.monotonic() < until
        library.look()
        time.sleep(0.02)


def verdict(library: Library, hours: int) -> Verdict:
    return library.decide("help", pack="small", on=ON, facts={"hours": hours, "alone": False}).verdict


def test_a_changed_pack_is_taken_without_a_restart(packs: Path) -> None:
    """A new value decides once it has passed the check; a step that began before keeps its version."""
    library = Library(packs)
    began = library.decide("help", pack="small", on=ON, facts={"hours": 8, "alone": False})
    assert began.verdict is Verdict.MET
    edit(packs, "parameters/limits.yaml", "value: 8", "value: 9")
    edit(packs, "cases/help.yaml", "hours: 8", "hours: 9")
    eventually(library, lambda: verdict(library, 8) is Verdict.NOT_MET)
    again = library.decide("help", pack="small", on=ON, facts={"hours": 8, "alone": False}, version=began.hash)
    assert (again.verdict, again.hash) == (Verdict.MET, began.hash)


def test_a_version_that_takes_longer_to_check_does_not_replace_a_later_one(
    packs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pack that is changed back while the change is still being checked ends up as its files say."""
    checked, may_end = threading.Event(), threading.Event()

    def slow_for_nine_hours(root: Path, pack: Pack) -> list[Problem]:
        found = check_pack(root, pack)
        if pack.hash == nine:
            checked.set()
            may_end.wait(10)
        return found

    monkeypatch.setattr(module, "check_pack", slow_for_nine_hours)
    library = Library(packs)
    eight = library.pack("small").hash
    edit(packs, "cases/help.yaml", "hours: 8", "hours: 9")
    edit(packs, "parameters/limits.yaml", "value: 8", "value: 9")
    nine = read_pack(packs, "small").hash
    eventually(library, checked.is_set)
    assert verdict(library, 8) is Verdict.MET
    edit(packs, "cases/help.yaml", "hours: 9", "hours: 8")
    edit(packs, "parameters/limits.yaml", "value: 9", "value: 8")
    until = time.monotonic() + 0.5  # time enough for another check beside the slow one
    while time.monotonic() < until:
        library.look()
        assert verdict(library, 8) is Verdict.MET
    may_end.set()
    eventually(library, lambda: library.has_version(nine))
    eventually(library, lambda: library.pack("small").hash == eight)


@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (("rules/help.yaml", "rule: HOURS", "rule: ["), "help.yaml"),
        (("rules/help.yaml", "alone]}", "lonely]}"), "lonely is not one"),
        (("rules/help.yaml", "reference: An Act, s.1", "unreferenced: yes"), "'unreferenced' was unexpected"),
        (("parameters/limits.yaml", "from: 2026-01-01", "from: 2020-01-01"), "do not overlap"),
        (("parameters/limits.yaml", "value: 8", "value: 7"), "expected not_met, is met"),
        (("cases/help.yaml", "verdict: not_met", "verdict: met"), "expected met, is not_met"),
        (("rules/help.yaml", "until: 2029-12-31", "until: 2029-02-30"), "2029-02-30: a day that exists"),
        (
            ("cases/help.yaml", "on: 2026-01-01, given: {hours: 7", "on: 2026-02-30, given: {hours: 7"),
            "a day that exists",
        ),
        (("pack.yaml", "title:", "extends: small\ntitle:"), "extends: another pack"),
    ],
)
def test_a_bad_pack_is_refused_loudly_and_the_old_one_stays(
    packs: Path, caplog: pytest.LogCaptureFixture, slip: tuple[str, str, str], said: str
) -> None:
    """Broken YAML, an undeclared fact, an unknown key, overlapping dates, a case that fails: all are refused."""
    library = Library(packs)
    before = library.pack("small").hash
    with caplog.at_level(logging.ERROR):
        edit(packs, *slip)
        assert verdict(library, 8) is Verdict.MET
        eventually(library, lambda: said in caplog.text)
    assert library.pack("small").hash == before
    assert "the version before it stays" in caplog.text


def council_over(packs: Path) -> None:
    """A council's pack that sets nothing of its own."""
    (packs / "council").mkdir()
    (packs / "council/pack.yaml").write_text("pack: council\ntitle: A council\nextends: small\n", encoding="utf-8")


def test_a_pack_is_taken_only_with_what_it_extends(packs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A national case that fails keeps the council's pack out, too, and is the reason that is told."""
    council_over(packs)
    library = Library(packs)
    before = library.pack("council").hash
    edit(packs, "parameters/limits.yaml", "value: 8", "value: 9")
    library.renew()
    assert library.in_force() == {"council": before}
    assert "small/cases/help.yaml" in library.refusals()["council"]
    assert "pack council is refused; the version before it stays in use:\nsmall/cases/help.yaml" in caplog.text
    edit(packs, "cases/help.yaml", "hours: 8", "hours: 9")
    library.renew()
    assert library.in_force() == {"council": read_pack(packs, "council").hash} != {"council": before}
    assert library.refusals() == {}


def test_a_value_that_is_missing_today_keeps_a_pack_out(packs: Path) -> None:
    """Its cases, which are all of other days, come out as expected."""
    library = Library(packs)
    before = library.pack("small").hash
    edit(packs, "parameters/limits.yaml", "{from: 2026-01-01,", "{from: 2026-01-01, until: 2026-01-02,")
    library.renew()
    assert library.in_force() == {"small": before}
    assert "help.hours: a value in force on" in library.refusals()["small"]


def test_the_cause_of_a_refusal_is_told_first(packs: Path) -> None:
    """Values before the cases that try them, as `policy check` tells them."""
    library = Library(packs)
    library.pack("small")
    edit(packs, "parameters/limits.yaml", "from: 2020-01-01,", "from: 2020-01-01, until: 2025-12-29,")
    library.renew()
    files = [line.partition(":")[0] for line in library.refusals()["small"].splitlines()]
    assert files == ["small/parameters/limits.yaml", "small/cases/help.yaml", "small/cases/help.yaml"]


def test_files_are_taken_together_and_not_while_they_change(packs: Path) -> None:
    """A folder that is another one at every look is left alone; the same one twice is taken."""
    library = Library(packs)
    before = library.pack("small").hash
    for hours in range(9, 14):
        for file, what in (("parameters/limits.yaml", "value: "), ("cases/help.yaml", "given: {hours: ")):
            edit(packs, file, f"2026-01-01, {what}{hours - 1}", f"2026-01-01, {what}{hours}")
        library.look()
        time.sleep(0.05)
        assert library.in_force() == {"small": before}
    eventually(library, lambda: library.in_force() == {"small": read_pack(packs, "small").hash})


def test_a_change_that_keeps_size_and_date_is_seen(packs: Path) -> None:
    """As of files that are copied with their dates."""
    library = Library(packs)
    verdict(library, 8)
    for _ in range(2):
        library.look()
    path = packs / "small/parameters/limits.yaml"
    dates = path.stat()
    edit(packs, "parameters/limits.yaml", "value: 8", "value: 7")
    edit(packs, "cases/help.yaml", "hours: 7", "hours: 6")
    os.utime(path, ns=(dates.st_atime_ns, dates.st_mtime_ns))
    eventually(library, lambda: verdict(library, 7) is Verdict.MET)


def test_a_pack_that_is_wanted_first_under_way_is_checked_first(packs: Path) -> None:
    """Whoever wants to decide by it is told to come again, or that it is refused; never by an unchecked one."""
    council_over(packs)
    edit(packs, "parameters/limits.yaml", "value: 8", "value: 9")
    library = Library(packs)

    def refusal() -> str:
        with pytest.raises(Fault) as refused:
            library.ensure_in_force("council")
        return refused.value.reason

    assert refusal() == "PACK_BEING_CHECKED"
    eventually(library, lambda: refusal() == "PACK_REFUSED")
    edit(packs, "cases/help.yaml", "hours: 8", "hours: 9")
    eventually(library, lambda: "council" in library.in_force())
    library.ensure_in_force("council")
    with pytest.raises(Fault, match="there is no pack nowhere"):
        library.ensure_in_force("nowhere")


def test_whatever_goes_wrong_while_a_pack_is_checked_is_said(
    packs: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even an unexpected error: the log says so, and the old version goes on deciding."""
    library = Library(packs)
    before = library.pack("small").hash

    def fails(root: Path, pack: Pack) -> list[Problem]:
        raise MemoryError

    monkeypatch.setattr(module, "check_pack", fails)
    edit(packs, "parameters/limits.yaml", "value: 8", "value: 9")
    with caplog.at_level(logging.ERROR):
        assert verdict(library, 8) is Verdict.MET
        eventually(library, lambda: "pack small could not be checked; the version before it stays" in caplog.text)
    assert library.pack("small").hash == before


def test_a_pack_that_is_not_there_is_looked_for_in_a_folder(packs: Path) -> None:
    """The error says what was looked for, where, and which packs are there, if any."""
    with pytest.raises(Fault) as refused:
        Library(packs).pack("nope")
    assert refused.value.detail == f"there is no pack nope: no nope/pack.yaml in the folder {packs}; packs there: small"
    with pytest.raises(Fault, match=r"no nope/pack.yaml in the folder .*/small; packs there: none"):
        Library(packs / "small").pack("nope")


def test_a_pack_that_was_never_good_is_an_error(packs: Path) -> None:
    """Without an earlier version nothing is decided, and the file and line are named."""
    edit(packs, "rules/help.yaml", "alone]}", "lonely]}")
    with pytest.raises(Fault, match=r"small/rules/help.yaml:\d+: HOURS") as refused:
        Library(packs).decide("help", pack="small", on=ON, facts={})
    assert refused.value.kind is Kind.INTERNAL


def test_an_overlay_sets_what_is_left_to_councils_and_nothing_else(packs: Path) -> None:
    """Its own value from its first day on, the base's before it; a fixed parameter and rules are refused."""
    overlay = packs / "council"
    (overlay / "parameters").mkdir(parents=True)
    (overlay / "pack.yaml").write_text("pack: council\ntitle: A council\nextends: small\n", encoding="utf-8")
    text = (packs / "small/parameters/limits.yaml").read_text(encoding="utf-8")
    own = text.replace("- {from: 2020-01-01, value: 10, reference: A decision of 2019}\n", "").replace(
        "value: 8", "value: 5"
    )
    (overlay / "parameters/own.yaml").write_text(own, encoding="utf-8")
    library = Library(packs)

    def on(day: date, hours: int) -> Verdict:
        return library.decide("help", pack="council", on=day, facts={"hours": hours, "alone": False}).verdict

    assert (on(date(2026, 1, 1), 5), on(date(2025, 12, 31), 9)) == (Verdict.MET, Verdict.NOT_MET)
    edit(packs, "parameters/limits.yaml", "set by: council", "set by: law")
    with pytest.raises(Fault, match="fixed by law"):
        Library(packs).pack("council")


def test_a_receipt_decides_the_same_again_until_something_differs(packs: Path) -> None:
    """Through JSON and back nothing differs; a forged verdict does, and is told in a sentence."""
    library = Library(packs)
    receipt = json.loads(json.dumps(library.decide("help", pack="small", on=ON, facts={"hours": 8}).receipt()))
    assert library.verify(receipt) == ()
    assert library.verify({**receipt, "verdict": "not_met"}) == ("The verdict was not met, and is now met.",)
    assert set(receipt["answers"]) == {"plain", "durable_rules"}
    assert receipt["engines"]["durable_rules"]


def test_evaluators_that_disagree_decide_nothing(packs: Path) -> None:
    """A defect in either is an internal fault, never a verdict."""
    library = Library(packs)
    verdict(library, 8)
    decider = library._compiled_pack("small").decider("help", ON)  # noqa: SLF001 - an engine has to be made to fail
    other = PlainEvaluator(decider.compiled)
    other._case = [("HOURS", lambda _facts, _tallies: False)]  # noqa: SLF001
    decider.evaluators = (decider.plain, other)
    with pytest.raises(Fault, match="disagree on HOURS") as refused:
        verdict(library, 8)
    assert (refused.value.kind, refused.value.reason) == (Kind.INTERNAL, "ENGINES_DISAGREE")
