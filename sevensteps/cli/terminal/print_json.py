"""JSON for programs."""

import json

import typer

from sevensteps.policy.model.verdict import Json


def print_json(value: Json) -> None:
    """Print a value as JSON over several lines."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
