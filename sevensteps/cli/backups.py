"""`sevensteps backup` and `sevensteps restore`: all records in one file, and back."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sevensteps import clock
from sevensteps.cli.backup.making import Made, file_for, make
from sevensteps.cli.backup.manifest import Manifest
from sevensteps.cli.backup.restoring import Restored
from sevensteps.cli.backup.restoring import restore as put_back
from sevensteps.cli.backup.trial import Tried, try_out
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.config import Settings
from sevensteps.policy.model.verdict import Json

NEXT = """\
Next:
  1. Start everything, with Temporal.
  2. sevensteps journeys rebuild --all    # so that every case waits for what the restored records say
  3. sevensteps verify --all              # and note the heads anew
Readers of the feed are told by it (FEED_CHANGED). They may go on after position {last}, or after their own if that is
before it; tell those who keep positions without tokens. What was recorded since the backup has to be recorded again."""


def backup(
    to: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE", help="A folder, or the file to write, which is not there yet.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Back up all records as of one moment, with keys and policies, into one file. Services may go on meanwhile.

    The file holds everything that people have said, and the development key: keep it as safe as the records.
    """
    made = run(make(Settings.from_environment(), file_for(to)))
    if as_json:
        print_json({"file": str(made.file), **_about(made.manifest)})
    else:
        _print_made(made)


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A backup.", exists=True, dir_okay=False)],
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only try it out, in a place of its own. Exit 1 if anything is wrong.")
    ] = False,
    scratch: Annotated[
        str,
        typer.Option(metavar="DATABASE", help="With --check, on PostgreSQL: an empty database on the same server."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Put a backup back: where no service runs, and over nothing that is there.

    With --check everything stays as it is; the backup is restored elsewhere, compared and verified.
    """
    settings = Settings.from_environment()
    if scratch and not check:
        raise typer.BadParameter("--scratch goes with --check.")
    if check:
        tried = run(try_out(settings, source, scratch))
        if as_json:
            print_json(_tried_as_json(tried))
        else:
            _print_tried(tried)
        raise typer.Exit(ExitCode.FAILED if tried.wrong else ExitCode.DONE)
    restored = run(put_back(settings, source))
    if as_json:
        print_json(
            {
                "feed_id": restored.feed_id,
                "copied": list(restored.copied),
                "differing": list(restored.differing),
                "backup": _about(restored.manifest),
            }
        )
    else:
        _print_restored(restored)


def _about(manifest: Manifest) -> dict[str, Json]:
    return {
        "made_at": manifest.made_at,
        "version": manifest.version,
        "database": manifest.database,
        "feed": asdict(manifest.feed),
        "services": {name: asdict(records) for name, records in manifest.services.items()},
        "files": {name: asdict(file) for name, file in manifest.files.items()},
    }


def _print_manifest(manifest: Manifest) -> None:
    made = clock.moment_in_words(clock.from_text(manifest.made_at))
    typer.echo(f"made on {made}, by version {manifest.version}, of {manifest.database}")
    for name, records in manifest.services.items():
        chain = f", {records.head.position:,} receipts in the chain" if records.head else ""
        typer.echo(f"  {name:11} revision {records.revision}, {sum(records.rows.values()):,} rows{chain}")
    typer.echo(f"  feed {manifest.feed.feed_id}, up to position {manifest.feed.last:,}")


def _print_made(made: Made) -> None:
    typer.echo(str(made.file))
    _print_manifest(made.manifest)
    typer.echo("Left out: who is signed in to the console. After a restore people sign in again.")
    typer.echo(f"Try it: sevensteps restore {made.file} --check")


def _tried_as_json(tried: Tried) -> dict[str, Json]:
    return {
        "backup": _about(tried.manifest),
        "differences": list(tried.differences),
        "disagreements": list(tried.disagreements),
        "receipts": tried.receipts,
        "records": tried.records,
        "findings": [asdict(finding) for finding in tried.findings],
    }


def _print_tried(tried: Tried) -> None:
    _print_manifest(tried.manifest)
    for wrong in (*tried.differences, *tried.disagreements):
        typer.echo(f"wrong    {wrong}")
    for finding in tried.findings:
        about = " ".join(filter(None, (finding.service, finding.about, finding.receipt_id, finding.case_id)))
        typer.echo(f"wrong    {about}: {finding.wrong}")
    typer.echo(
        f"Every file is whole. {tried.receipts:,} receipts and {tried.records:,} records verified, feed and records "
        f"compared: {tried.wrong or 'nothing'} wrong."
    )


def _print_restored(restored: Restored) -> None:
    _print_manifest(restored.manifest)
    typer.echo(f"Restored. The feed is now {restored.feed_id}.")
    if restored.copied:
        typer.echo(f"Put back: {', '.join(restored.copied)}")
    if restored.differing:
        typer.echo(f"Left as they are, though the backup has others: {', '.join(restored.differing)}")
    typer.echo(NEXT.format(last=restored.manifest.feed.last))
