"""`sevensteps policy`: decide on facts, look a pack through, run its cases, compare two of them."""

import json
import re
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from sevensteps.cli.policy_diff import tell_who_would_change
from sevensteps.cli.terminal.progress import progress
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.councils import check as check_council
from sevensteps.councils import names as councils_in
from sevensteps.errors import Fault
from sevensteps.policy import Decision, Library
from sevensteps.policy.authoring.check import check as look_through
from sevensteps.policy.authoring.diff import differences
from sevensteps.policy.authoring.redeciding import Candidate
from sevensteps.policy.authoring.rule_table import rule_table
from sevensteps.policy.authoring.worked_cases import Coverage, read_cases, run_case
from sevensteps.policy.compiled_pack import Shelf
from sevensteps.policy.model.given import NOT_APPLICABLE
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.packs.pack import names as packs_in
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.source import PackRefusedError, Problem
from sevensteps.policy.why_not.search import Change, Turning

app = typer.Typer(no_args_is_help=True, help="Decide by policy packs; check, test and compare them.")

REFUSED = 2
MOST_DIGITS = 1_000
"""Far more than any fact has; Python itself takes no number of more than 4,300."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Packs = Annotated[list[str] | None, typer.Argument(help="Packs by name, or the path of a pack's folder; all if none.")]
On = Annotated[str, typer.Option("--on", help="The date whose law applies, such as 2026-04-01; today if not given.")]


@app.command()
def decide(
    decision: Annotated[str, typer.Argument(help="The decision, such as eligibility.")],
    facts: Annotated[Path, typer.Option(help="A JSON file of facts; - for standard input.")],
    pack: Annotated[str, typer.Option(help="A pack by name, or the path of its folder.")] = "",
    on: On = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    why_not: Annotated[bool, typer.Option("--why-not", help="Say what would turn the verdict.")] = False,
) -> None:
    """Decide on facts: the verdict, and every finding with its reason, its law and the facts that it looked at."""
    root, name = _place(pack or _usual_pack())
    library, day = Library(root), _day(on)
    try:
        given = _facts(facts)
        decided = library.decide(decision, pack=name, on=day, facts=given)
        with progress() as shown:
            shown.add_task("Looking for what would turn it", total=None, visible=why_not)
            turning = library.why_not(decision, pack=name, on=day, facts=given) if why_not else None
    except Fault as fault:
        _refuse(f"{fault.reason}: {fault.detail}")
    if as_json:
        answer: dict[str, Json] = decided.as_dict()
        if turning is not None:
            answer["why_not"] = [[_change(change) for change in changes] for changes in turning.sets]
            answer["why_not_all_tried"] = turning.all_tried
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        _tell(decided, given)
        if turning is not None:
            _tell_turning(turning)


@app.command()
def check(packs: Packs = None) -> None:
    """Look packs and councils' choices through for what is wrong with them; everything is told, and then exit 1."""
    wrong = 0
    for root, name in _places(packs, councils_too=True):
        with progress() as shown:
            shown.add_task(f"Checking {name}", total=None)
            problems = _problems(root, name)
        wrong += len(problems)
        for problem in problems:
            typer.echo(str(problem))
        typer.echo(f"{name}: {len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}")
    raise typer.Exit(1 if wrong else 0)


@app.command("test")
def run_cases(packs: Packs = None) -> None:
    """Run the worked cases of packs, and say which rules and verdicts they cover."""
    failed = 0
    for root, name in _places(packs):
        coverage = Coverage()
        try:
            shelf, cases = Shelf(read_pack(root, name)), read_cases(root, name)
            with progress() as shown:
                outcomes = [run_case(case, shelf) for case in shown.track(cases, description=f"Running {name}")]
        except PackRefusedError as refused:
            _refuse(str(refused))
        for outcome in outcomes:
            if outcome.decision is not None:
                coverage.add(outcome.decision)
            for difference in outcome.differences:
                typer.echo(f"{outcome.case.file}:{outcome.case.line}: {outcome.case.name}: {difference}")
        wrong = sum(bool(outcome.differences) for outcome in outcomes)
        failed += wrong
        typer.echo(f"{name}: {len(outcomes)} cases, {f'{wrong} not' if wrong else 'all'} as expected")
        _tell_coverage(coverage)
    raise typer.Exit(1 if failed else 0)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A pack by name, or the path of its folder.")],
    new: Annotated[str, typer.Argument(help="The other one.")],
    on: Annotated[str, typer.Option("--on", help="Compare as both stand on this date only, and decide as on it.")] = "",
    *,
    receipts: Annotated[
        bool, typer.Option("--receipts", help="Make stored decisions of OLD again by NEW: who would change, and why.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--from", help="Receipts from `receipts export`; else the running suite is asked.")
    ] = None,
) -> None:
    """Say in words what changed from one pack to another, and with --receipts who would be decided otherwise."""
    try:
        before, after = (read_pack(*_place(pack)) for pack in (old, new))
    except PackRefusedError as refused:
        _refuse(str(refused))
    day = _day(on) if on else None
    found = differences(before, after, day)
    typer.echo("\n".join(found) if found else "Nothing differs.")
    if receipts or file:
        try:
            tell_who_would_change(Candidate(*_place(new), *_place(old), day), file)
        except (OSError, ValueError) as error:
            _refuse(str(error))


@app.command()
def rules(pack: Annotated[str, typer.Argument(help="A pack by name, or the path of its folder.")]) -> None:
    """Print every rule with its law, as a Markdown table."""
    try:
        typer.echo(rule_table(read_pack(*_place(pack))))
    except PackRefusedError as refused:
        _refuse(str(refused))


def _place(pack: str) -> tuple[Path, str]:
    """The folder of packs and the pack's name in it."""
    if "/" in pack or pack.startswith("."):
        folder = Path(pack).resolve()
        return folder.parent, folder.name
    return Settings.from_environment().policies, pack


def _usual_pack() -> str:
    """The pack that decides for every council here; where there are several, somebody has to say which is meant."""
    settings = Settings.from_environment()
    packs = {settings.pack} if settings.pack else set(Councils(settings.policies).packs())
    if len(packs) != 1:
        _refuse(f"--pack: expected the name of a pack, out of {', '.join(Library(settings.policies).packs())}")
    return packs.pop()


def _problems(root: Path, name: str) -> list[Problem]:
    """What is wrong with a pack, and with the choices of the council of that name. A council may have no pack."""
    is_council, is_pack = name in councils_in(root), name in packs_in(root)
    of_council = check_council(root, name) if is_council else []
    return [*of_council, *(look_through(root, name) if is_pack or not is_council else [])]


def _places(packs: list[str] | None, *, councils_too: bool = False) -> list[tuple[Path, str]]:
    root = Settings.from_environment().policies
    if packs:
        return [_place(pack) for pack in packs]
    names = sorted({*packs_in(root), *(councils_in(root) if councils_too else ())})
    if not names:
        _refuse(f"{root}: expected a folder of packs, each with its pack.yaml; there is none")
    return [(root, name) for name in names]


def _day(text: str) -> date:
    if not text:
        return date.today()  # noqa: DTZ011 - a legal date is the local one
    written = text if _ISO.fullmatch(text) else ""  # Python takes weeks, and dates without hyphens, too
    try:
        return date.fromisoformat(written)
    except ValueError:
        _refuse(f"--on {text}: expected a date such as 2026-04-01")


def _facts(path: Path) -> dict[str, Json]:
    def once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        facts = dict(pairs)
        if len(facts) < len(pairs):
            _refuse(f"{path}: a fact is given twice in one object")
        return facts

    def number(digits: str) -> int:
        if len(digits) > MOST_DIGITS:
            _refuse(f"{path}: expected numbers of at most {MOST_DIGITS} digits; one has {len(digits):,}")
        return int(digits)

    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        facts = json.loads(text, object_pairs_hook=once, parse_int=number)
    except json.JSONDecodeError as error:
        _refuse(f"{path}, line {error.lineno}: expected JSON: {error.msg}")
    except UnicodeDecodeError:
        _refuse(f"{path}: expected a JSON file of facts in UTF-8")
    except OSError as error:
        _refuse(f"{path}: expected a JSON file of facts: {error.strerror}")
    except RecursionError:
        _refuse(f"{path}: expected a JSON file of facts: it is nested too deeply")
    if not isinstance(facts, dict):
        _refuse(f"{path}: expected a JSON object of facts")
    return facts


def _refuse(why: str) -> NoReturn:
    typer.echo(why, err=True)
    raise typer.Exit(REFUSED)


def _change(change: Change) -> Json:
    return {"fact": change.fact, "from": change.was, "to": change.becomes}


def _tell(decided: Decision, given: dict[str, Json]) -> None:
    typer.echo(
        f"{decided.decision}: {_words(decided.verdict)}  (pack {decided.pack}, {decided.on}, {decided.hash[:12]})"
    )
    for name, value in decided.values.items():
        typer.echo(f"  {name}: {_words(value) if value in list(Verdict) else _said(value)}")
    for finding in decided.findings:
        named = f"{finding.rule} {finding.about}".rstrip()
        typer.echo(f"\n{named}: {_words(finding.verdict)}\n  {finding.because}\n  {finding.reference}")
        facts = {path: _applying(path, value, given) for path, value in finding.facts.items()}
        typer.echo("  Looked at: " + "; ".join(f"{path} {_said(value)}" for path, value in facts.items()))
    if decided.missing:
        typer.echo("\nWhat would settle it:\n" + "\n".join(f"  {path}" for path in decided.missing))


def _applying(path: str, value: Json, given: dict[str, Json]) -> Json:
    """What a rule saw of a fact; of one whose item does not apply, that it does not."""
    collection, _, rest = path.partition(".")
    items = given.get(collection)
    applies = not isinstance(items, dict) or items.get(rest.partition(".")[0]) != NOT_APPLICABLE
    return value if applies else NOT_APPLICABLE


def _tell_turning(turning: Turning) -> None:
    none = (
        "No one or two changed facts would turn it." if turning.all_tried else "Nothing was found that would turn it."
    )
    typer.echo("\nWhat would turn it:" if turning.sets else f"\n{none}")
    for changes in turning.sets:
        typer.echo(f"  {' and '.join(_changed(change) for change in changes)}")
    if not turning.all_tried:
        typer.echo("There is so much that could be otherwise that not all of it was tried.")


def _changed(change: Change) -> str:
    """A change in words, of a list what goes from it and comes to it."""
    if not isinstance(change.becomes, list):
        return f"{change.fact} from {_said(change.was)} to {_said(change.becomes)}"
    was = change.was if isinstance(change.was, list) else []
    gone = ", ".join(str(word) for word in was if word not in change.becomes)
    come = ", ".join(str(word) for word in change.becomes if word not in was)
    changed = " and ".join([*([f"without {gone}"] if gone else []), *([f"with {come}"] if come else [])])
    return f"{change.fact} {changed or 'known to be empty'}"


def _said(value: Json) -> str:
    """A value as it is read aloud."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_said(entry) for entry in value) or "none"
    return "not applicable" if value == NOT_APPLICABLE else str(value)


def _words(verdict: Json) -> str:
    return str(verdict).replace("_", " ")


def _tell_coverage(coverage: Coverage) -> None:
    rules = coverage.held | coverage.failed
    both = coverage.held & coverage.failed
    typer.echo(f"  {len(rules)} rules settled by a case, {len(both)} of them both ways")
    decisions: dict[str, list[str]] = {}
    for (decision, verdict), times in sorted(coverage.verdicts.items()):
        decisions.setdefault(decision, []).append(f"{_words(verdict)} {times}")
    for decision, verdicts in decisions.items():
        typer.echo(f"  {decision}: {', '.join(verdicts)}")
