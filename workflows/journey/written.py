"""What a person is owed in writing after a determination, as a journey remembers it."""

from dataclasses import dataclass, field

from sevensteps.events import AdviceGiven, DeterminationConfirmed, Fact, WrittenRecordGiven

WRITTEN_RECORD = "written_record"
ADVICE = "advice"


@dataclass(slots=True)
class Written:
    """What is owed after the last determination: its round, and by clock the day by which it is due (YYYY-MM-DD)."""

    round: int = 0
    due: dict[str, str] = field(default_factory=dict)

    def hear(self, fact: Fact) -> None:
        """A determination sets the dates; what is given is owed no more. No step waits for it."""
        match fact.type:
            case DeterminationConfirmed.TYPE:
                confirmed = DeterminationConfirmed.of(fact.payload)
                due = {WRITTEN_RECORD: confirmed.record_due, ADVICE: confirmed.advice_due}
                self.round = confirmed.round
                self.due = {clock: due_on for clock, due_on in due.items() if due_on}
            case WrittenRecordGiven.TYPE:
                self.due.pop(WRITTEN_RECORD, None)
            case AdviceGiven.TYPE:
                self.due.clear()
