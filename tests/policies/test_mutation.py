"""A pack's cases pin down its every number, operator and row. The full run is `python tests/policies/mutation.py`."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).with_name("mutation.py")


def test_every_change_of_an_overlay_is_noticed_by_one_of_its_cases() -> None:
    """Whatever a council has chosen, a slip in it makes a worked case fail."""
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "example-council"], capture_output=True, text=True, timeout=300, check=True
    )
    noticed, _, tried, *_ = run.stdout.rsplit("example-council: ", maxsplit=1)[1].split()
    assert noticed == tried, run.stdout
