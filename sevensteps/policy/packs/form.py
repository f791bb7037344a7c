"""The form of a pack's files: each is checked against `schema/<form>.json`, and every problem has its line."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.formats import NEWEST, bring_to_newest, format_of
from sevensteps.policy.packs.problems import PackRefusedError, Problem, closest
from sevensteps.policy.packs.source import Section, content_of, parse

_NOT_BLANK = r"\S"
"""The pattern of a text that is not blank, in every schema."""
_IDS = ("rule", "table", "row", "name")
_IDS_OF_QUESTIONS = ("question", "section")
"""The keys under which a part of a file has its name; those of a questionnaire."""


def check_form(content: Section, form: str) -> None:
    """Refuse a file that is not in the form of `schema/<form>.json`.

    Raises:
        PackRefusedError: with every place that is not in that form.
    """
    errors = list(_schema(form).iter_errors(_json(content)))
    found = {(*error.absolute_path, f"'{_meant(error)}' is a required property") for error in errors if _meant(error)}
    problems = [_problem(content, error) for error in errors if (*error.absolute_path, error.message) not in found]
    if problems:
        raise PackRefusedError(sorted(problems))


def _meant(error: ValidationError) -> str:
    """The key that was probably meant by one that is not known; empty where there is none."""
    if error.validator != "additionalProperties" or not isinstance(error.schema, Mapping):
        return ""
    known = error.schema.get("properties", {})
    written = error.instance if isinstance(error.instance, Mapping) else {}
    return closest(next((str(key) for key in written if key not in known), ""), known)


@cache
def _schema(form: str) -> Draft202012Validator:
    text = (files("sevensteps.policy.packs") / "schema" / f"{form}.json").read_text(encoding="utf-8")
    formats = FormatChecker([])
    formats.checks("date")(lambda written: isinstance(written, _Day))
    return Draft202012Validator(json.loads(text), format_checker=formats)


class _Day(str):
    """A date as JSON. A date in quotes is only text, and is refused: as text it would have no effect."""

    __slots__ = ()


def _json(content: object) -> Json:
    if isinstance(content, Mapping):
        return {str(key): _json(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_json(value) for value in content]
    if isinstance(content, date):
        return _Day(content.isoformat())
    return content if content is None or isinstance(content, bool | int | float | str) else str(content)


def _problem(content: Section, error: ValidationError) -> Problem:
    """The problem with its line, under the name of the nearest rule, table or row, and its key."""
    place: object = content
    line, where, key = content.line, "", ""
    ids = _IDS_OF_QUESTIONS if "questionnaire" in content else _IDS
    for step in error.absolute_path:
        line = place.lines[str(step)] if isinstance(place, Section) else line
        place = place[step] if isinstance(place, list | Section) else None  # type: ignore[index]
        if isinstance(place, Section):
            line, key = place.line, ""
            own = step if isinstance(step, str) else where
            where = next((place.text(id_) for id_ in ids if id_ in place), own)
        elif isinstance(step, str):
            key = step
    best = min(error.context or (), key=lambda inner: -len(inner.absolute_path), default=error)
    return Problem(content.file, line, ": ".join(name for name in (where, key) if name), _expected(best))


def _expected(error: ValidationError) -> str:
    if isinstance(error.schema, Mapping) and "description" in error.schema:
        return str(error.schema["description"])
    if error.validator == "format":
        return "a date without quotes, such as 2026-04-01"
    if error.validator == "pattern" and error.validator_value == _NOT_BLANK:
        return "a text that is not blank"
    if _meant(error):
        return f"{error.message[:300]}; did you mean {_meant(error)}?"
    return error.message[:300]


def read_head(root: Path, pack: str) -> Section:
    """The pack.yaml of a pack. Its format is checked first: a later one may write anything else in another way.

    Raises:
        PackRefusedError: the file is not there, not YAML, of a later format, or not in its form.
    """
    path = root / pack / "pack.yaml"
    head = parse(content_of(path, root), path.relative_to(root).as_posix())
    format_of(head)
    check_form(head, "pack")
    return head


def read_file(path: Path, root: Path, form: str, format_: int = NEWEST) -> Section:
    """The mapping in one YAML file of a pack in this format, brought to the newest.

    Raises:
        PackRefusedError: the file is not there, not YAML, or not in its form; with every place that is not.
    """
    return read_text(content_of(path, root), path.relative_to(root).as_posix(), form, format_)


@lru_cache(maxsize=128)  # of a pack that changes, only the files that have are read again; what was read stays as it is
def read_text(text: bytes, name: str, form: str, format_: int = NEWEST) -> Section:
    """The mapping in the text of the YAML file of that name. Otherwise as `read_file`."""
    content = parse(text, name)
    bring_to_newest(content, form, format_)
    check_form(content, form)
    return content
