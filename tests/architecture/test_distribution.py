"""What others install: the wheel, the source distribution, and what they say they need."""

import re
import tarfile
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from console.assets import TARGET as FETCHED
from servers.distribution import ROOT, build, copy_of_checkout, tracked
from sevensteps.cli.main import ENGINE_UNUSABLE

COMES_WITH_THE_SUITE = ("examples", "policies", "protos")
LINK_TO_A_FOLDER = tuple(f"sevensteps/{name}" for name in COMES_WITH_THE_SUITE)
GENERATED = sorted((ROOT / "sevensteps" / "api").rglob("*.py"))
RUN_IN = (ROOT / "requirements" / "run.in").read_text()
NEEDED = {
    requirement.name: requirement
    for line in RUN_IN.splitlines()
    if not line.startswith("#")
    for requirement in [Requirement(line)]
}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    built = build("sdist", copy_of_checkout(folder / "source"), folder)
    with tarfile.open(built) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    [unpacked] = (folder / "unpacked").iterdir()
    return unpacked


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that is built from the source distribution alone, as an index builds it."""
    return zipfile.ZipFile(build("wheel", sdist, tmp_path_factory.mktemp("wheel")))


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """What an index and an installer read of it."""
    [name] = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_string(wheel.read(name).decode())


def bounds(requirement: Requirement) -> tuple[Version, Version]:
    """The lower bound, and the version before which it ends; `==` is both."""
    by_operator = {each.operator: Version(each.version) for each in requirement.specifier}
    if "==" in by_operator:
        return by_operator["=="], by_operator["=="]
    return by_operator[">="], by_operator["<"]


def test_the_source_distribution_has_every_file_of_the_repository(sdist: Path) -> None:
    """Protos, docs, examples, policies, tests and what builds and checks them: nothing that git keeps is missing."""
    missing = [name for name in tracked() if name not in LINK_TO_A_FOLDER and not (sdist / name).is_file()]
    assert missing == []


def test_the_wheel_has_examples_policies_and_protos(wheel: zipfile.ZipFile) -> None:
    """Every example, pack and proto of the repository is inside, as it is here."""
    suffixes = {".yaml", ".json", ".proto"}
    files = [
        file
        for folder in COMES_WITH_THE_SUITE
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in suffixes
    ]
    assert {file.relative_to(ROOT).parts[0] for file in files} == set(COMES_WITH_THE_SUITE)
    inside = set(wheel.namelist())
    assert [str(file) for file in files if f"sevensteps/{file.relative_to(ROOT)}" not in inside] == []
    assert all(wheel.read(f"sevensteps/{file.relative_to(ROOT)}") == file.read_bytes() for file in files)


def test_the_wheel_has_every_module_and_no_other_top_level_name(wheel: zipfile.ZipFile) -> None:
    """Services with their migrations, workflows, the console, and the package that they build on."""
    names = wheel.namelist()
    ours = ("services", "sevensteps", "workflows", "console")
    modules = [name for name in tracked() if name.endswith(".py") and name.startswith(tuple(f"{top}/" for top in ours))]
    assert [name for name in modules if name not in names] == []
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == set(ours)


def test_the_wheel_has_what_pages_are_made_of(wheel: zipfile.ZipFile) -> None:
    """Every template and file of the console that git keeps, and what set-up fetches where it is there."""
    made_of = [name for name in tracked() if name.startswith(("console/templates/", "console/static/"))]
    made_of += [str(file.relative_to(ROOT)) for file in FETCHED.glob("*")]
    assert len(made_of) > 10
    assert [name for name in made_of if name not in wheel.namelist()] == []


def test_the_metadata_say_what_it_is(metadata: Message) -> None:
    """Whoever finds the distribution reads what it is, under which licence, and on which Pythons it runs."""
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload() == (ROOT / "README.md").read_text()
    assert metadata["Keywords"]
    pythons = re.findall(r"Python :: (3\.\d+)\n", "\n".join(metadata.get_all("Classifier", [])) + "\n")
    assert pythons == ["3.11", "3.12", "3.13", "3.14"]
    assert set(metadata["Requires-Python"].split(",")) == {">=3.11", "<3.15"}


def test_the_metadata_have_the_bounds_of_run_in(metadata: Message) -> None:
    """The wheel needs what requirements/run.in says, and nothing else."""
    assert {str(Requirement(each)) for each in metadata.get_all("Requires-Dist", [])} == set(map(str, NEEDED.values()))


@pytest.mark.parametrize("name", NEEDED)
def test_a_dependency_has_a_lower_and_an_upper_bound(name: str) -> None:
    """Neither a version older than the tests have run with, nor one that may break it, is taken unasked."""
    lowest, before = bounds(NEEDED[name])
    pinned = re.search(rf"(?mi)^{re.escape(name)}==(\S+)", (ROOT / "requirements/run.txt").read_text())
    assert pinned
    assert lowest <= Version(pinned[1]) <= before


def test_protobuf_and_grpcio_are_as_new_as_the_generated_code_asks() -> None:
    """Generated code refuses to be imported with an older runtime than made it, so none may be installed."""
    kinds = [file.name.rpartition("_")[2] for file in GENERATED]
    text = "".join(file.read_text() for file in GENERATED)
    protobuf = re.findall(r"ValidateProtobufRuntimeVersion\(\s*\S+,\s*(\d+),\s*(\d+),\s*(\d+)", text)
    grpc = re.findall(r"^GRPC_GENERATED_VERSION = '([\d.]+)'", text, re.MULTILINE)
    assert (len(protobuf), len(grpc)) == (kinds.count("pb2.py"), kinds.count("grpc.py")) != (0, 0)
    assert bounds(NEEDED["protobuf"])[0] >= max(Version(".".join(each)) for each in protobuf)
    assert bounds(NEEDED["grpcio"])[0] >= max(map(Version, grpc))


def test_the_rules_engine_is_built_again_at_its_pinned_version() -> None:
    """What a reader is told to type where it cannot be loaded names the version that the wheel needs."""
    assert str(NEEDED["durable-rules"]) in ENGINE_UNUSABLE
