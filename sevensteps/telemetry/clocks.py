"""Whether this machine's clock agrees with another one."""

from sevensteps.telemetry import series


def skew_problem(ahead: float, of: str, allowed: float) -> str:
    """What is wrong with a clock that is so many seconds ahead of another one; empty where that may be."""
    series.CLOCK_SKEW.set(ahead)
    if abs(ahead) <= allowed:
        return ""
    return (
        f"This machine's clock is {abs(ahead):.0f} seconds {'ahead of' if ahead > 0 else 'behind'} {of}, and "
        f"SEVENSTEPS_CLOCK_SKEW_SECONDS allows {allowed:.0f}. Let both machines set their clocks by one source (NTP)."
    )
