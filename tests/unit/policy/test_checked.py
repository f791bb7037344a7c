"""What a check has found is found once, by whichever process was first."""

import threading
from pathlib import Path

import pytest

from sevensteps.policy.authoring import checked
from sevensteps.policy.authoring.check import check_pack
from sevensteps.policy.authoring.checked import Checked
from sevensteps.policy.packs.pack import Pack, read_pack
from sevensteps.policy.packs.problems import Problem


class Checks:
    """A check that counts how often it is made."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, root: Path, pack: Pack) -> list[Problem]:
        self.made += 1
        return check_pack(root, pack)


def break_a_case(packs: Path) -> None:
    path = packs / "small/cases/help.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("hours: 8", "hours: 7"), encoding="utf-8")


def test_another_process_takes_what_was_found(packs: Path, tmp_path: Path) -> None:
    """Both that all is well and every problem, also when several ask at once."""
    check, shared = Checks(), tmp_path / "checked"
    for made in (1, 2):
        pack, found = read_pack(packs, "small"), list[list[Problem]]()

        def ask(pack: Pack = pack, found: list[list[Problem]] = found) -> None:
            found.append(Checked(shared).problems(packs, pack, check))

        asking = [threading.Thread(target=ask) for _ in range(4)]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
        assert found == [check_pack(packs, pack)] * 4
        assert check.made == made
        break_a_case(packs)
    assert any(found)


def test_without_a_folder_each_process_finds_for_itself(packs: Path) -> None:
    """Once for each version, though."""
    check, own = Checks(), Checked(None)
    pack = read_pack(packs, "small")
    assert own.problems(packs, pack, check) == own.problems(packs, pack, check) == []
    assert Checked(None).problems(packs, pack, check) == []
    assert check.made == 2


def test_what_was_written_by_half_is_checked_again(packs: Path, tmp_path: Path) -> None:
    """As where the disk was full, or a process was killed."""
    check, shared = Checks(), tmp_path / "checked"
    pack = read_pack(packs, "small")
    Checked(shared).problems(packs, pack, check)
    (written,) = (file for file in shared.iterdir() if file.name != "lock")
    for half in ("", '[{"file": "small', '[{"place": 1}]'):
        written.write_text(half, encoding="utf-8")
        assert Checked(shared).problems(packs, pack, check) == []
    assert check.made == 4


def test_cases_that_change_while_they_are_tried_are_tried_again(packs: Path, tmp_path: Path) -> None:
    """Nobody knows which of them the check has seen."""
    shared = tmp_path / "checked"
    pack = read_pack(packs, "small")

    def changing(root: Path, pack: Pack) -> list[Problem]:
        found = check_pack(root, pack)
        break_a_case(packs)
        return found

    assert Checked(shared).problems(packs, pack, changing) == []
    assert Checked(shared).problems(packs, pack, check_pack) != []


def test_another_engine_checks_again(packs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade a pack may not pass any more."""
    check, shared = Checks(), tmp_path / "checked"
    pack = read_pack(packs, "small")
    Checked(shared).problems(packs, pack, check)
    monkeypatch.setattr(checked, "engine", lambda: "another")
    Checked(shared).problems(packs, pack, check)
    assert check.made == 2
