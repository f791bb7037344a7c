"""What is said of each exercise, in plain words. A sentence may have a place for the case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sevensteps.rehearsal.exercises import Exercise, Harm

NOTHING_COUNTS = "Rehearsal: nothing here counts"


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody sees, what they are to find out and to do; then hints, each telling more, and what to type."""

    title: str
    seen: str
    find_out: str
    do: str
    hints: Sequence[str]
    command: str

    def of(self, case_id: str) -> "Words":
        """The same of one case."""
        return replace(self, seen=self.seen.format(case=case_id), command=self.command.format(case=case_id))


CATALOGUE: Mapping[Harm, Words] = {
    Harm.JOURNEY: Words(
        "A case that nothing moves",
        "Case {case} stands still. Whatever people do in it, no next step opens.",
        "What happened to its journey, when, and for what reason? Is anything lost?",
        "Start the journey again. See that the case stands where it stood.",
        (
            "The page of the case says what is stuck, since when, and what to do.",
            "A journey is made again from the feed. The feed has all that people did, so nothing is lost.",
        ),
        'sevensteps repair plan rebuild --case {case} --because "It was ended by hand." --by YOU',
    ),
    Harm.PARKED: Words(
        "A plan that was signed, and then nothing",
        "The plan of case {case} is signed. But the step for its money has not opened.",
        "Who was asked for what, and why was it refused? Is that still so?",
        "Resume the case, once what was refused is put right. See that the next step opens.",
        (
            "A case that is parked does not try again by itself. Somebody has to say so.",
            "The records of the planning service were away for a while, as in a bad restore. They are back now.",
        ),
        'sevensteps repair plan resume --case {case} --because "Its records are back." --by YOU',
    ),
    Harm.APPROVAL: Words(
        "A plan that nobody can sign",
        "The plan of case {case} was sent in. But nobody who may sign it can see it.",
        "Which part of the suite is silent? How many cases wait for it?",
        "Start that part again. See that the case goes on by itself.",
        (
            "The page Stuck lists the parts of the suite that do not answer first.",
            "The case needs no repair. The journey asks again and again until it is answered.",
        ),
        "sevensteps serve approval",
    ),
    Harm.REVIEW: Words(
        "Support that does not begin",
        "All the support of case {case} is arranged. But its step 6 has not opened.",
        "Which part of the suite is silent? How many cases wait for it?",
        "Start that part again. See that the case goes on by itself.",
        (
            "The page Stuck lists the parts of the suite that do not answer first.",
            "The case needs no repair. The journey asks again and again until it is answered.",
        ),
        "sevensteps serve review",
    ),
    Harm.WORKER: Words(
        "A suite in which nothing moves",
        "The plan of case {case} was sent in. But no next step opens, in this case or in any other.",
        "What do all these cases wait for? Since when?",
        "Start what is missing. See that the case goes on by itself.",
        (
            "One cause can hold up every case. The page Stuck has it first.",
            "The worker runs the journeys. It goes on where it stopped, and does nothing twice.",
        ),
        "sevensteps worker",
    ),
}
"""For each harm."""


def words_of(exercise: Exercise) -> Words:
    """What is said of an exercise."""
    return CATALOGUE[exercise.harm].of(exercise.case_id)
