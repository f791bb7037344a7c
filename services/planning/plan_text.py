"""What a plan says, as the text in which it is stored."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from services.planning.domain.plan import Content
from sevensteps.money import Frequency
from sevensteps.support_plan import SpendLine

TYPED: Mapping[str, Callable[[str], object]] = {
    **dict.fromkeys(("weekly", "beyond_needs", "amount"), Decimal),
    **dict.fromkeys(("starts_on", "ends_on"), date.fromisoformat),
    "frequency": Frequency,
}
"""How the amounts and days of a line are read. An older one lacks what was not asked then: all was spent every week."""


def text_of(content: Content) -> str:
    """What a plan says as text, amounts and dates too."""
    return json.dumps(asdict(content), default=str)


def content_of(text: str) -> Content:
    """What a plan says, from its text."""
    values = json.loads(text)
    typed = {
        "lines": tuple(
            SpendLine(**(line | _typed(line) | {"needs": tuple(line["needs"])})) for line in values["lines"]
        ),
        "met_otherwise": tuple(values["met_otherwise"]),
        "review_on": date.fromisoformat(values["review_on"]) if values["review_on"] else None,
        "top_up": Decimal(values["top_up"]),
    }
    return Content(**(values | typed))


def _typed(said: Mapping[str, str | None]) -> dict[str, object]:
    return {name: read(text) for name, read in TYPED.items() if (text := said.get(name))}
