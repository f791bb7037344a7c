"""Money in both of its forms: text in pounds ("82.91") on the wire and in records, and numbers to count with.

Services count in Decimal pounds; the rules engine in whole pence, which compare exactly whatever reads them.
"""

import re
from decimal import Decimal

PENNY = Decimal("0.01")
_POUNDS_AND_PENCE = re.compile(r"(-?)(\d{1,9})(?:\.(\d{2}))?")


def pounds(amount: Decimal) -> str:
    """An amount in pounds as text, to the penny: "82.91"."""
    return str(amount.quantize(PENNY))


def pounds_from_pence(amount: int) -> str:
    """Whole pence as text in pounds: 8291 is "82.91"."""
    return str(Decimal(amount).scaleb(-2))


def pounds_in_words(text: str) -> str:
    """Text in pounds as people write it: "1352.00" is "£1,352.00". Other text is left as it is."""
    amount = pence(text)
    return text if amount is None else f"{'-' if amount < 0 else ''}£{Decimal(abs(amount)).scaleb(-2):,}"


def pence(text: str) -> int | None:
    """Pounds and pence as text in whole pence: "82.91" is 8291. None where the text is not that."""
    amount = _POUNDS_AND_PENCE.fullmatch(text)
    if amount is None or not text.isascii():
        return None
    whole = int(amount[2]) * 100 + int(amount[3] or 0)
    return -whole if amount[1] else whole
