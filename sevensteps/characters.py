"""Characters that nobody sees: a text of nothing else is empty, and a reference holds none.

What two people see as the same reference must be the same reference: otherwise one person has two.
"""

import re
import unicodedata

INVISIBLE_CATEGORIES = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Control and format characters (zero-width, direction), halves of characters, line separators."""
UNKNOWN_CATEGORIES = frozenset(("Cn", "Co"))
"""What has no meaning yet, or a private one: all of it looks the same."""
INVISIBLE_LETTERS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Letters, marks and signs that show nothing: the rest of Unicode's "default ignorable", and the Braille blank."""


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: spaces, invisible characters, and marks without a letter."""
    return all(character.isspace() or is_invisible(character) or is_mark(character) for character in text)


def is_invisible(character: str) -> bool:
    """Whether a character shows nothing, and is no space."""
    if character.isascii():
        return not character.isprintable()
    return unicodedata.category(character) in INVISIBLE_CATEGORIES or bool(INVISIBLE_LETTERS.match(character))


def is_unknown(character: str) -> bool:
    """Whether a character has no meaning on which all agree."""
    return unicodedata.category(character) in UNKNOWN_CATEGORIES


def is_mark(character: str) -> bool:
    """Whether a character combines with the one before it, as an accent does."""
    return unicodedata.category(character).startswith("M")


def normalised(reference: str) -> str:
    """A reference as it is stored and looked up: no spaces around it, accents one with their letters (Unicode NFC)."""
    return unicodedata.normalize("NFC", reference).strip()


def trouble_with(reference: str) -> str:
    """What is wrong with a normalised reference; empty where nothing is."""
    if is_blank(reference):
        return "must not be empty"
    if reference.isascii() and reference.isprintable():
        return ""
    if any(is_invisible(each) or is_unknown(each) or (each.isspace() and each != " ") for each in reference):
        return "must hold no invisible or unknown characters, and no spaces but plain ones"
    if any(is_mark(each) and before == " " for before, each in zip(" " + reference, reference, strict=False)):
        return "must hold no accent without a letter"
    return ""
