"""When Ramadan is expected. The library only proposes dates: the government's decision makes them true."""

import datetime
from dataclasses import dataclass

import holidays

ONE_DAY = datetime.timedelta(days=1)
# Brunei has its first day as a holiday, and sights the moon by the criterion of Indonesia (MABIMS).
FIRST_DAY = ("BN", "en_US", "First Day of Ramadan")
EID = ("ID", "id", "Hari Raya Idul Fitri")


@dataclass(frozen=True, slots=True)
class Ramadan:
    """Both days are days of fasting."""

    first: datetime.date
    last: datetime.date


def expected(*, on: datetime.date) -> Ramadan | None:
    """The Ramadan that is going on or comes next; None where the library knows none.

    Source: the package `holidays`, whose dates to come are estimates.
    """
    years = (on.year, on.year + 1)
    ends = sorted(day - ONE_DAY for day in _days(years, *EID) if day > on)
    begins = sorted(_days((on.year - 1, *years), *FIRST_DAY))
    for last in ends:
        before = [first for first in begins if first <= last]
        if before and (last - before[-1]).days in range(28, 30):
            return Ramadan(before[-1], last)
    return None


def _days(years: tuple[int, ...], country: str, language: str, name: str) -> list[datetime.date]:
    """The days of a name; the same day moved to a working day has another one."""
    found = holidays.country_holidays(country, years=years, language=language)
    return [
        day
        for day, names in found.items()
        if any(
            each == name or each.startswith((f"{name} (est", f"{name} (perk"))
            for each in names.split("; ")
        )
    ]
