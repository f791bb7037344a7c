"""When somebody reaches an age, written from the Acts, for what is held against the packs."""

from datetime import date


def later(day: date, months: int) -> date:
    """The same day of a later month, or its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError(day)


def anniversary(born: date, years: int) -> date:
    """The commencement of the anniversary of a birth (Family Law Reform Act 1969 s.9); without one, of 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def pension_credit_age(born: date) -> date:
    """The day on which a woman born on this day, and therefore a man, reaches pension credit age.

    From 60 it rises by a month for every month of birth from 6 April 1950, on the sixth of every second month; from
    6 April 1953 on the sixth of every fourth month; from 6 January 1954 of every second month again until it is 66.
    From 6 April 1960 it is a month more than 66 for every month of birth, until it is 67.
    """
    months = (born.year - 1950) * 12 + born.month - 4 - (born.day < 6)
    if months < 0:
        return anniversary(born, 60)
    if months < 36:
        return later(date(2010, 5, 6), 2 * months)
    if months < 45:
        return later(date(2016, 7, 6), 4 * (months - 36))
    if months < 54:
        return later(date(2019, 3, 6), 2 * (months - 44))
    above_66 = min(max(0, months - 119), 12)
    return later(born, 66 * 12 + above_66) if above_66 % 12 else anniversary(born, 66 + above_66 // 12)
