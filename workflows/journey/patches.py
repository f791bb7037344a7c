"""The patches that are live: changes to what a run does that has begun, each guarded by `workflow.patched`.

To change what a run does that has begun, add a row here (id: date and reason), oldest first, branch on
`workflow.patched(id)`, and record the new commands and a history, as CONTRIBUTING.md says. When no run that began
before that date is left (a run lasts one step), turn `patched` into `workflow.deprecate_patch(id)`; when no run that
began before that is left either, remove it and the row.
"""

from collections.abc import Mapping

PATCHES: Mapping[str, str] = {
    "answer-goes-first": "26 November 2026: what a journey does after an answer no longer depends on facts that come "
    "with it, because a replay may deliver them after it.",
    "hands-over-within-a-step": "26 November 2026: a run whose history is full continues as new while it waits, "
    "because Temporal takes 10,000 signals of a run and no more.",
    "overdue-is-told": "26 November 2026: a due date that passes, and one of the law that is near, is told to the "
    "service that owns the step; and Temporal's tools show whether the law sets the date.",
    "every-date-is-told": "27 November 2026: the law's date of the next review runs on, and is told, while a plan is "
    "changed or needs are reassessed, and what calls for a review by law sets it, also during a review; what a "
    "person is owed in writing has a date, too. A run that begins with it does what overdue-is-told guards, and asks "
    "for that patch no more: each takes two events of its history.",
    "gives-up-what-is-not-owed": "27 November 2026: what a parked journey asks is given up where operations say so and "
    "the service confirms that it is done or not owed, instead of being asked once more.",
    "plans-with-own-money": "28 November 2026: somebody who plans with their own money goes on to a plan, also where "
    "they are not eligible, instead of the case ending after the advice.",
}
