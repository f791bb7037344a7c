"""Where commands find the words of decisions: in the policy packs of this machine."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sevensteps import councils
from sevensteps.config import Settings
from sevensteps.policy.packs.answer_words import AnswerWords, read_answer_words
from sevensteps.policy.packs.problems import PackRefusedError


@dataclass(slots=True)
class Words:
    """The words of the decisions of every pack and council, each read when it is first asked for."""

    policies: Path
    former_pack: str = ""
    """The pack of councils without a file."""
    _read: dict[tuple[str, str], AnswerWords] = field(default_factory=dict)
    _packs: dict[str, str] = field(default_factory=dict)

    def of_pack(self, pack: str, decision: str) -> AnswerWords:
        """The words of a decision of a pack; plain ones where the pack is not here."""
        if (pack, decision) not in self._read:
            self._read[pack, decision] = read_answer_words(self.policies, pack, decision)
        return self._read[pack, decision]

    def of_council(self, council: str, decision: str) -> AnswerWords:
        """The words of a decision of the pack that decides for a council."""
        if council not in self._packs:
            self._packs[council] = self._pack_of(council)
        return self.of_pack(self._packs[council], decision)

    def _pack_of(self, council: str) -> str:
        with suppress(PackRefusedError):
            if council in councils.names(self.policies):
                return councils.read_council(self.policies, council).pack
        return self.former_pack


def words_of(settings: Settings) -> Words:
    """The words of the packs that the settings name."""
    return Words(settings.policies, settings.pack)
