"""A receipt compared with the same decision made again: verdict, values, findings, missing facts and answers.

The sentences of the findings are left out, because they may be worded differently from when the receipt was made.
"""

from collections.abc import Iterator, Mapping

from sevensteps.policy.model.verdict import Json

_COMPARED = {"verdict": str, "values": Mapping, "findings": list, "missing": list, "answers": Mapping}


def differences(receipt: Mapping[str, Json], again: Mapping[str, Json]) -> Iterator[str]:
    """In plain sentences, how a decision made again differs from its receipt; none when everything is the same."""
    absent = [key for key, shape in _COMPARED.items() if not isinstance(receipt.get(key), shape)]
    if absent:
        yield f"The receipt lacks its {', '.join(absent)}, or has something else in that place."
        return
    yield from _changed("The verdict", _verdict(receipt["verdict"]), _verdict(again["verdict"]))
    yield from _changed_entries("The value", receipt["values"], again["values"])
    yield from _findings(receipt["findings"], again["findings"])
    yield from _changed("The list of missing facts", receipt["missing"], again["missing"])
    before, now = _mapping(receipt["answers"]), _mapping(again["answers"])
    for evaluator in dict.fromkeys([*before, *now]):
        yield from _changed_entries(f"The answer of {evaluator} to", before.get(evaluator), now.get(evaluator))


def _findings(stored: Json, again: Json) -> Iterator[str]:
    before, now = _by_rule_and_item(stored), _by_rule_and_item(again)
    if isinstance(stored, list) and len(stored) != len(before):
        yield "The receipt has a finding without a rule, or two findings of one rule on one item."
    for key in dict.fromkeys([*before, *now]):
        name = f"rule {' on '.join(filter(None, key))}"
        if key not in now:
            yield f"The receipt has a finding of {name}; now there is none."
        elif key not in before:
            yield f"The receipt has no finding of {name}; now there is one."
        else:
            yield from _finding(name, before[key], now[key])


def _finding(name: str, before: Mapping[str, Json], now: Mapping[str, Json]) -> Iterator[str]:
    yield from _changed(f"The verdict of {name}", _verdict(before.get("verdict")), _verdict(now["verdict"]))
    yield from _changed(f"The law of {name}", before.get("reference"), now["reference"])
    yield from _changed_entries(f"In the finding of {name} the fact", before.get("facts"), now["facts"])


def _by_rule_and_item(findings: Json) -> dict[tuple[str, str], Mapping[str, Json]]:
    return {
        (str(finding["rule"]), str(finding.get("about", ""))): finding
        for finding in (findings if isinstance(findings, list) else [])
        if isinstance(finding, Mapping) and "rule" in finding
    }


def _changed_entries(what: str, stored: Json, again: Json) -> Iterator[str]:
    before, now = _mapping(stored), _mapping(again)
    for name in dict.fromkeys([*before, *now]):
        if name not in now:
            yield f"{what} {name} is in the receipt only."
        elif name not in before:
            yield f"{what} {name} is not in the receipt."
        else:
            yield from _changed(f"{what} {name}", before[name], now[name])


def _changed(what: str, before: Json, now: Json) -> Iterator[str]:
    if before != now:
        yield f"{what} was {_in_words(before)}, and is now {_in_words(now)}."


def _verdict(verdict: Json) -> str:
    return str(verdict).replace("_", " ")


def _in_words(value: Json) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_in_words(entry) for entry in value) or "empty"
    return str(value)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
