"""The whole suite on PostgreSQL, as in production."""

from dataclasses import replace
from pathlib import Path

from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.runner import play_all
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports


async def test_every_example_ends_as_its_file_says_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    """With one schema a service in one database, the cases end where they end on SQLite."""
    suite = Suite(on_free_ports(replace(Settings(), data=tmp_path / "data", database=postgres_url)), print)
    await suite.start()
    try:
        failures: list[str] = []
        examples = load(sorted(FOLDER.glob("*.yaml")), clock.today())
        played = await play_all(
            examples,
            suite.settings,
            lambda _: None,
            lambda example, played, failure: None if played else failures.append(f"{example.name}: {failure}"),
        )
    finally:
        await suite.stop()
    assert not failures
    assert len(played) == len(examples)
    assert {file.stem for file in suite.settings.data.glob("*.db")} == {"temporal"}
