"""A council's own choices: what its file may say, what is refused, and how a change is taken."""

import json
import os
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.operations.domain.action import Action
from sevensteps import councils
from sevensteps.config import POLICIES
from sevensteps.councils import LAWS_NEEDED, REPAIRED_BY_TWO, Councils, check
from sevensteps.errors import Fault, Kind
from sevensteps.support_plan import TEMPLATES

FILE = (POLICIES / "example-council" / "council.yaml").read_text()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of policies that may be changed, whose files are looked at each time."""
    monkeypatch.setattr(councils, "SECONDS_BETWEEN_LOOKS", 0.0)
    shutil.copytree(POLICIES, tmp_path / "policies")
    return tmp_path / "policies"


def write(root: Path, name: str, *changes: tuple[str, str]) -> None:
    """The file of a council: the example council's with some text replaced, and another moment of change."""
    text = FILE.replace("council: example-council", f"council: {name}", 1)
    for was, becomes in changes:
        assert was in text
        text = text.replace(was, becomes)
    path = root / name / "council.yaml"
    path.parent.mkdir(exist_ok=True)
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_the_example_council_says_everything(root: Path) -> None:
    """It is read as its file says it."""
    council = Councils(root).council("example-council")
    assert (council.title, council.jurisdiction, council.pack) == ("Example Council", "england", "example-council")
    assert council.plan_templates == tuple(TEMPLATES)
    assert [point.purpose for point in council.contact_points] == ["social_services", "planning_help"]
    assert council.contact_points[0].telephone == "01632 960000"
    assert council.contact_points[1].web == ""


def test_a_council_may_share_a_pack(root: Path) -> None:
    """The folder of a council needs no pack of its own."""
    write(root, "barset", ("title: Example Council", "title: Barset"), ("[six, nine]", "[nine]"))
    barset = Councils(root).council("barset")
    assert (barset.title, barset.pack, barset.plan_templates) == ("Barset", "example-council", ("nine",))
    assert Councils(root).names() == ("barset", "example-council")
    assert Councils(root).packs() == ("example-council",)


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        ("council: barset", "council: barsett", "barset/council.yaml:2: council: the folder's own name, barset"),
        ("pack: example-council", "pack: elsewhere", "barset/council.yaml:5: pack: a pack in the same folder"),
        ("[six, nine]", "[six, seven]", "barset/council.yaml:6: plan templates: 'seven' is not one of"),
        ("[six, nine]", "[]", "barset/council.yaml:6: plan templates: "),
        (
            "jurisdiction: england",
            "jurisdiction: france",
            "barset/council.yaml:4: jurisdiction: 'france' is not",
        ),
        ("title: Example Council", "titel: Barset", "barset/council.yaml:2: "),
        (
            "    email: support.planning@council.example\n",
            "    fax: 1\n",
            "barset/council.yaml:15: Support planning team: ",
        ),
        (
            'telephone: "01632 960000"',
            "telephone: call us",
            "barset/council.yaml:11: Adult social care, first contact: telephone: ",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(root: Path, was: str, becomes: str, problem: str) -> None:
    """`policy check` lists it; the council is refused with the same words until it is mended."""
    write(root, "barset", (was, becomes))
    (found, *_) = [str(each) for each in check(root, "barset")]
    assert found.startswith(problem)
    with pytest.raises(Fault) as refused:
        Councils(root).council("barset")
    assert (refused.value.kind, refused.value.reason) == (Kind.PRECONDITION, "COUNCIL_REFUSED")
    assert found in refused.value.detail


@pytest.mark.parametrize(("jurisdiction", "law"), [item for item in LAWS_NEEDED.items() if item[0] != "england"])
@pytest.mark.item(10)
def test_elsewhere_in_the_united_kingdom_other_law_applies(root: Path, jurisdiction: str, law: str) -> None:
    """England's packs decide for nobody there: the refusal says which law a pack would have to hold."""
    write(root, "barset", ("jurisdiction: england", f"jurisdiction: {jurisdiction}"))
    with pytest.raises(Fault, match=jurisdiction) as refused:
        Councils(root).council("barset")
    assert law in refused.value.detail


def test_a_pack_of_its_law_makes_a_council_welcome(root: Path) -> None:
    """Whose law a pack holds the pack says itself; one that extends another holds the law of that one."""
    (root / "cymru").mkdir()
    (root / "cymru" / "pack.yaml").write_text("pack: cymru\nformat: 2\ntitle: Wales\njurisdiction: wales\n")
    (root / "gwynedd-pack").mkdir()
    (root / "gwynedd-pack" / "pack.yaml").write_text("pack: gwynedd-pack\nformat: 2\ntitle: G\nextends: cymru\n")
    write(root, "gwynedd", ("jurisdiction: england", "jurisdiction: wales"), ("pack: example", "pack: gwynedd-pack #"))
    assert Councils(root).council("gwynedd").jurisdiction == "wales"
    write(root, "gwent", ("pack: example", "pack: gwynedd-pack #"))
    with pytest.raises(Fault, match=r"wales, whose law pack gwynedd-pack holds; england needs a pack of the Care Act"):
        Councils(root).council("gwent")


@pytest.mark.parametrize("name", ["barset", "", "..", "../policies/example-council", "Example-Council", "england"])
def test_a_council_that_is_not_there_is_refused(root: Path, name: str) -> None:
    """A council is there when a folder of its name has its file."""
    with pytest.raises(Fault, match=r"council\.yaml") as refused:
        Councils(root).council(name)
    assert (refused.value.kind, refused.value.reason) == (Kind.PRECONDITION, "COUNCIL_UNKNOWN")


def test_until_a_council_has_a_file_the_former_pack_decides(root: Path) -> None:
    """With one warning, not one for every decision; with the file its own choices count."""
    known = Councils(root, former_pack="england")
    with capture_logs() as logged:
        assert {known.council("barset").pack for _ in range(3)} == {"england"}
    assert [(line["log_level"], line["council"], line["expected"]) for line in logged] == [
        ("warning", "barset", "barset/council.yaml")
    ]
    assert known.packs() == ("england", "example-council")
    write(root, "barset")
    assert known.council("barset").pack == "example-council"


def test_a_change_is_taken_and_a_bad_one_is_not(root: Path) -> None:
    """The choices before stay, and the log says why."""
    write(root, "barset")
    known = Councils(root)
    assert known.council("barset").plan_templates == ("six", "nine")
    write(root, "barset", ("[six, nine]", "[nine]"))
    assert known.council("barset").plan_templates == ("nine",)
    write(root, "barset", ("[six, nine]", "[ten]"))
    with capture_logs() as logged:
        assert known.council("barset").plan_templates == ("nine",)
        assert known.council("barset").plan_templates == ("nine",)
    (line,) = logged
    assert (line["log_level"], line["council"]) == ("error", "barset")
    assert "'ten' is not one of" in line["detail"]


def test_one_councils_mistake_is_its_own_trouble(root: Path) -> None:
    """The others are served."""
    write(root, "barset", ("[six, nine]", "[ten]"))
    with capture_logs() as logged:
        assert Councils(root).packs() == ("example-council",)
    assert [line["council"] for line in logged] == ["barset"]


def test_the_templates_are_those_that_planning_knows() -> None:
    """A council can offer each of them."""
    form = json.loads((files("sevensteps.policy.packs") / "schema" / "council.json").read_text())
    assert form["properties"]["plan templates"]["items"]["enum"] == [*TEMPLATES]


def test_a_council_says_how_many_people_publish_its_packs(root: Path) -> None:
    """One, where it says nothing; a word that is neither is refused, so that nobody is alone by a typing mistake."""
    assert not Councils(root).council("example-council").publishing_needs_two
    write(root, "barset", ("jurisdiction:", "publishing: two people\njurisdiction:"))
    assert [
        council.name for council in Councils(root).decided_by("example-council") if council.publishing_needs_two
    ] == ["barset"]
    write(root, "barset", ("jurisdiction:", "publishing: two persons\njurisdiction:"))
    with pytest.raises(Fault, match=r"barset/council.yaml:\d+: publishing"):
        Councils(root).decided_by("example-council")


def test_a_council_adds_to_what_two_people_repair(root: Path) -> None:
    """What cannot be taken back is always among it; a word that is no repair is refused."""
    assert Councils(root).council("example-council").repairs_by_two == {"skip", "correct", "end"}
    write(root, "barset", ("jurisdiction:", "repairs by two: [rebuild]\njurisdiction:"))
    assert Councils(root).council("barset").repairs_by_two == {"skip", "correct", "end", "rebuild"}
    write(root, "barset", ("jurisdiction:", "repairs by two: [rebild]\njurisdiction:"))
    with pytest.raises(Fault, match=r"barset/council.yaml:\d+: repairs by two"):
        Councils(root).council("barset")


def test_the_repairs_are_those_that_operations_know() -> None:
    """A council can add each of them, and each of those that are always by two is one."""
    form = json.loads((files("sevensteps.policy.packs") / "schema" / "council.json").read_text())
    assert form["properties"]["repairs by two"]["items"]["enum"] == [*Action]
    assert set(Action) >= REPAIRED_BY_TWO
