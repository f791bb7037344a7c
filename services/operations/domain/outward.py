"""What leaves the suite of a finding: on the feed, and to the council's own command."""

from dataclasses import replace

from services.operations.domain.finding import Finding

WORDS = "because"
"""What a finding's detail calls the reason that somebody gave to Temporal, where a journey was ended by hand."""


def outward(finding: Finding) -> Finding:
    """A finding without what people wrote, which may be about anybody: then its cause is its kind and how it came."""
    if WORDS not in finding.detail:
        return finding
    cause = "/".join(finding.cause.split("/")[:2])
    return replace(finding, cause=cause, detail={**finding.detail, WORDS: ""})
