"""The changes to journeys that are live: code that still asks whether a run began before the change.

To change what a journey does in a run that has begun: add a row here (id: date and reason), branch on
`workflow.patched(id)`, and record a history of the new way under tests/replay/. When no run that began before the date
is left (a run lasts one step), turn `patched` into `workflow.deprecate_patch(id)`; when no run that began before that
is left, remove it and the row.
"""

from collections.abc import Mapping

PATCHES: Mapping[str, str] = {}
