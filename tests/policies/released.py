"""What `policies/checked.json` says: the packs that come with the suite were checked as they are.

`PYTHONPATH=tests:. python -m policies.released` checks them, and writes it again.
"""

import json
import sys

from sevensteps.config import POLICIES
from sevensteps.policy.authoring.check import Found, check
from sevensteps.policy.authoring.checked import RELEASED, Checked
from sevensteps.policy.packs.pack import names, read_pack


def as_they_are() -> str:
    """What the file has to say."""
    checked = Checked(None)
    subjects = {name: checked.subject(POLICIES, read_pack(POLICIES, name)) for name in names(POLICIES)}
    return json.dumps(subjects, indent=2) + "\n"


def main() -> None:
    """Write it, unless a pack has a problem."""
    found: Found = {}
    problems = [problem for name in names(POLICIES) for problem in check(POLICIES, name, before=found)]
    if problems:
        sys.exit("\n".join(map(str, problems)))
    RELEASED.write_text(as_they_are(), encoding="utf-8")


if __name__ == "__main__":
    main()
