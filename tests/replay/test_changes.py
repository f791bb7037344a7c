"""A change of the order of commands is noticed: journeys changed in one place, without a patch and with one."""

import importlib
import shutil
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from replay.commands import RECORDED, changes, explain
from replay.history_paths import histories_by_path
from replay.journey_run import Program
from replay.record_commands import record
from workflows.journey import journey

SOURCE = Path(journey.__file__).parent
Changed = Callable[..., Program]
EVERY_STORY = ", ".join(
    f"0.1.0/{story} run 1" for story in ("changed_plan", "given_up", "law_date", "parked", "plain", "ten_years")
)


@dataclass(frozen=True)
class Edit:
    """A change to the journey's code: `new` statements where the `old` ones stand, in one file."""

    section: str
    file: str
    old: str
    new: str
    path: str
    histories: str

    def apply(self, text: str, patch: str) -> str:
        """The changed text of the file; with a patch, only runs that began with it go the new way."""
        assert text.count(self.old) == 1
        new = self.new
        if patch:
            indent = self.old[: len(self.old) - len(self.old.lstrip())]
            old_way, new_way = (textwrap.indent(way, "    ") for way in (self.old, self.new))
            new = f'{indent}if workflow.patched("{patch}"):\n{new_way}{indent}else:\n{old_way}'
        text = text.replace(self.old, new)
        return text.replace("from sevensteps", "from temporalio import workflow\nfrom sevensteps", 1)


HEARS_PLAN = "    plan = await step.hear(WaitingFor.PLAN, PlanSubmitted)\n"
KEEPS_PAYMENT = "    case.direct_payment = money.direct_payment\n"
CLOSES = """\
        for request in (self._closing_planning(), CloseApproval(), CloseReview()):
            await self._asking.ask(request)
"""
HAS_CLOSED = "        self._post(WaitingFor.NOTHING)\n"
ASKS_AGAIN = "            self._post(WaitingFor.SERVICE)\n"
PARKS = "        self._post(WaitingFor.MEND)\n"
EDITS = {
    "asks twice": Edit(
        "plan_made",
        "stages/plan_made.py",
        HEARS_PLAN,
        f'    await step._asking.ask(OpenPlan(1, [], "", step.opened_on))\n{HEARS_PLAN}',
        "the step begins > OpenPlan is answered",
        EVERY_STORY,
    ),
    "one timer more": Edit(
        "money_organised",
        "stages/money_organised.py",
        KEEPS_PAYMENT,
        f"    await workflow.sleep(60)\n{KEEPS_PAYMENT}",
        "the step begins > OpenMoney is answered > money.organised (direct payment)",
        "0.1.0/changed_plan run 1, 0.1.0/law_date run 1",
    ),
    "another order": Edit(
        "closing",
        "step.py",
        CLOSES,
        CLOSES.replace("self._closing_planning(), CloseApproval()", "CloseApproval(), self._closing_planning()"),
        "the case has ended",
        "0.1.0/given_up run 1, 0.1.0/plain run 1",
    ),
    "shows more": Edit(
        "closing",
        "step.py",
        HAS_CLOSED,
        "        self._post(WaitingFor.ENDING)\n" + HAS_CLOSED,
        "the case has ended > ClosePlanning is answered > CloseApproval is answered > CloseReview is answered",
        "0.1.0/plain run 1",
    ),
    "asks again in silence": Edit(
        "plan_made",
        "asking.py",
        ASKS_AGAIN,
        "            pass\n",
        "the step begins > OpenPlan fails for now",
        "none, but cases may",
    ),
    "parks in silence": Edit(
        "plan_agreed",
        "asking.py",
        PARKS,
        "        pass\n",
        "the step begins > OpenApproval is refused",
        "0.1.0/given_up run 1, 0.1.0/parked run 1",
    ),
}


@pytest.fixture
def changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Changed:
    """Makes a copy of the journey's code with one change, by a patch or without one."""

    def change(edit: Edit, patch: str = "") -> Program:
        name = f"changed_{tmp_path.name}".replace("-", "_")
        copy = tmp_path / name
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        file = copy / edit.file
        file.write_text(edit.apply(file.read_text(), patch))
        if patch:
            (copy / "patches.py").write_text(f"PATCHES = {{{patch!r}: '1 June 2026: a test'}}\n")
        for module in copy.rglob("*.py"):
            module.write_text(module.read_text().replace("workflows.journey", name))
        monkeypatch.syspath_prepend(tmp_path)
        return Program.of(importlib.import_module(f"{name}.journey"), importlib.import_module(f"{name}.patches"))

    return change


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
def test_change_without_a_patch(changed: Changed, edit: Edit) -> None:
    """The failure names the path on which a journey now differs, and the recorded histories that go that way."""
    message = explain(changes(changed(edit), [edit.section]), histories_by_path())
    assert f"  {edit.section}: {edit.path}\n" in message
    paragraph = message.partition(f"  {edit.section}: {edit.path}\n")[2].splitlines()[:3]
    assert paragraph[2] == f"    recorded histories that go this way: {edit.histories}"


@pytest.mark.parametrize("edit", EDITS.values(), ids=list(EDITS))
def test_change_with_a_patch(changed: Changed, edit: Edit, tmp_path: Path) -> None:
    """Runs that began before it go the recorded way. The new way is recorded beside it, and compared from then on."""
    program = changed(edit, patch="better")
    folder = tmp_path / "commands"
    shutil.copytree(RECORDED, folder)
    assert {change.patch for change in changes(program, [edit.section], folder)} == {"better"}
    assert record(program, [edit.section], folder) == []
    assert (folder / f"{edit.section}.txt").read_text() == (RECORDED / f"{edit.section}.txt").read_text()
    assert "patch better" in (folder / "better" / f"{edit.section}.txt").read_text()
    assert changes(program, [edit.section], folder) == []


def test_what_is_recorded_is_left_alone(changed: Changed, tmp_path: Path) -> None:
    """The script does not record a change of what is recorded, unless it is told to."""
    edit = EDITS["asks twice"]
    program = changed(edit)
    folder = tmp_path / "commands"
    shutil.copytree(RECORDED, folder)
    files = [Path("plan_made.txt"), *(Path(patch, "plan_made.txt") for patch in program.patches)]
    there = [str(file) for file in files if (folder / file).exists()]
    assert record(program, [edit.section], folder) == there
    assert changes(program, [edit.section], folder) != []
    record(program, [edit.section], folder, replace=True)
    assert changes(program, [edit.section], folder) == []


def test_a_patch_that_is_not_listed(changed: Changed) -> None:
    """A patch that `PATCHES` does not list guards nothing, and the failure shows it."""
    edit = EDITS["asks twice"]
    program = replace(changed(edit, patch="better"), patches=())
    assert "patch better" in explain(changes(program, [edit.section]), {})
