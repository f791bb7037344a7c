"""A small questionnaire to try things with."""

from pathlib import Path

from sevensteps.policy.model.questionnaire import Questionnaire
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.questionnaire_reader import read_questionnaire

HEAD = """questionnaire: needs
title: What you need
purpose: self_assessment
decision: help
owner: The council
reviewed on: 2026-11-01
reference: An Act, s.1
introduction: Please tell us.
answered by: [person, practitioner]
sections:
  - section: home
    title: At home
    questions:
"""

QUESTIONS = """
      - {question: alone, type: yes_no, asks: Do you live alone?, speaks to: {fact: alone}, points: 2}
      - {question: with_whom, type: text, asks: Who do you live with?, when: {alone: false}, longest: 20}
      - question: aids
        type: some_of
        asks: What do you use?
        options:
          stick: {says: A stick, points: 1}
          chair: {says: A chair, points: 4}
          none: {says: Nothing, alone: true}
      - {question: chair_days, type: number, asks: How many days?, highest: 7, when: aids.chair}
      - {question: far, type: yes_no, asks: Do you go far?, when: {chair_days: {at least: 2}}, may be left out: true}
      - question: helped
        type: one_of
        asks: Who helps?
        options: {nobody: Nobody, some: {says: My son, share: 50}, unsure: {says: I do not know, unknown: true}}
        informal help with: home
        answered by: [practitioner]
"""


def questionnaire(packs: Path, questions: str = QUESTIONS) -> Questionnaire:
    """The questionnaire of these questions, as the small pack has it."""
    write(packs, questions)
    return read_questionnaire(read_pack(packs, "small"), "needs")


def write(packs: Path, questions: str, head: str = HEAD) -> None:
    """Put it into the small pack."""
    place = packs / "small/questionnaires/needs.yaml"
    place.parent.mkdir(exist_ok=True)
    place.write_text(head + questions, encoding="utf-8")
