"""What is generated and committed is what the generator makes today."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def contents(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*.py*") if file.suffix != ".pyc"}


def test_the_stubs_are_those_of_the_protos(tmp_path: Path) -> None:
    """sevensteps/api is what `make protos` makes of protos/: nobody edited it, or forgot to generate it again."""
    subprocess.run([ROOT / "protos/generate.sh", tmp_path], check=True, capture_output=True)
    assert contents(ROOT / "sevensteps/api") == contents(tmp_path / "sevensteps/api")
