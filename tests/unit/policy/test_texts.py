"""The questionnaires and letters of a pack: part of its version, and put in place of those below by an overlay."""

from pathlib import Path

from sevensteps.policy import Library
from sevensteps.policy.packs.pack import read_pack

OVERLAY = "pack: own\nformat: 3\ntitle: A council's own texts\nextends: small\n"


def write(packs: Path, place: str, text: str) -> None:
    path = packs / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_text_belongs_to_the_version(packs: Path) -> None:
    """A letter that is changed makes another version; one that is not there leaves the version as it was."""
    before = read_pack(packs, "small").hash
    write(packs, "small/letters/advice.md", "Dear reader")
    first = read_pack(packs, "small").hash
    write(packs, "small/letters/advice.md", "Dear reader,")
    second = read_pack(packs, "small").hash
    assert len({before, first, second}) == 3
    (packs / "small/letters/advice.md").unlink()
    assert read_pack(packs, "small").hash == before


def test_a_council_has_texts_of_its_own(packs: Path) -> None:
    """Its own stand in place of those with the same name below; the rest it takes over."""
    write(packs, "small/letters/advice.md", "The nation's")
    write(packs, "small/questionnaires/needs.yaml", "questionnaire: needs")
    write(packs, "small/questionnaires/money.yaml", "questionnaire: money")
    write(packs, "own/pack.yaml", OVERLAY)
    write(packs, "own/letters/advice.md", "The council's")
    write(packs, "own/questionnaires/money.yaml", "questionnaire: money of the council")
    pack = read_pack(packs, "own")
    assert pack.letters == {"advice": "own/letters/advice.md"}
    assert pack.questionnaires == {
        "needs": "small/questionnaires/needs.yaml",
        "money": "own/questionnaires/money.yaml",
    }
    assert pack.files[pack.letters["advice"]] == "The council's"


def test_a_version_that_is_kept_has_its_texts(packs: Path, tmp_path: Path) -> None:
    """As it was archived, whatever has become of the folder."""
    write(packs, "small/letters/advice.md", "As it was")
    kept = read_pack(packs, "small")
    write(packs, "small/letters/advice.md", "As it is")
    library = Library(packs, tmp_path / "checked")
    library.add_version("small", kept.hash, kept.files)
    version = library.version(kept.hash)
    assert version.files[version.letters["advice"]] == "As it was"
