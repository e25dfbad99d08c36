"""Reading an Indonesian identity number (NIK): format only, never existence or ownership.

A NIK keeps the place of first registration and is not issued again when a birth date is corrected
(PP 40/2019 art. 30 and 37), so neither domicile nor age may be inferred from it. Districts that no
current table knows are normal in Kota Serang, which left Kabupaten Serang in 2007.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

# What people put between digits when they paste a number; masking looks for the same characters.
SEPARATORS = r"[\s.\-_/\u00ad\u00b7\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2212\ufeff]"

DEMO_PROVINCE = "00"

# The 38 provinces of Kepmendagri 300.2.2-2138/2025.
_PROVINCE = re.compile("1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-6]")

_LENGTH = 16
_FEMALE_OFFSET = 40


class Problem(Enum):
    """What is wrong with a number that was typed as a NIK."""

    LETTERS = "letters"
    LENGTH = "length"
    PROVINCE = "province"
    DAY = "day"
    MONTH = "month"
    DATE = "date"
    SERIAL = "serial"


class Invalid(ValueError):
    """The text is no NIK; `reason` says why. The text itself is kept out of the message."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(f"not a NIK: {reason.value}")
        self.reason = reason


@dataclass(frozen=True)
class Nik:
    """The parts of a NIK. `repr` shows neither the number nor the birth date.

    `province`, `regency` and `district` are the Kemendagri codes of 2, 4 and 6 digits.
    """

    digits: str = field(repr=False)
    province: str
    regency: str
    district: str
    birth_date: date = field(repr=False)
    female: bool = field(repr=False)


def clean(text: str) -> str:
    """Return the 16 ASCII digits of a pasted NIK, whatever stands between them.

    Digits of any script are read. Raises `Invalid` with LETTERS or LENGTH.
    """
    bare = re.sub(SEPARATORS, "", text)
    if not bare.isdecimal():
        raise Invalid(Problem.LETTERS if bare else Problem.LENGTH)
    if len(bare) != _LENGTH:
        raise Invalid(Problem.LENGTH)
    return "".join(str(unicodedata.decimal(char)) for char in bare)


def parse(digits: str, *, today: date, child: bool = False, allow_demo: bool = False) -> Nik:
    """Read a NIK as it stands on `today`, a date in the office's zone.

    The two-digit year means the youngest century in which the date exists and is not in the
    future, for children and applicants alike: among residents, few are older than a hundred and
    many younger than five. With `child`, a date later in the current year is refused (DATE) and
    not read as a hundred years ago, because there it is a slip of the finger.

    Only the province is checked, as later splits made many district codes historical;
    `allow_demo` also admits the unused province 00 of demonstration data. Raises `Invalid`.
    """
    digits = clean(digits)
    province = digits[:2]
    if not _PROVINCE.fullmatch(province) and not (allow_demo and province == DEMO_PROVINCE):
        raise Invalid(Problem.PROVINCE)
    day, female = _day_and_sex(int(digits[6:8]))
    month = int(digits[8:10])
    if not 1 <= month <= 12:
        raise Invalid(Problem.MONTH)
    birth_date = _birth_date(day, month, int(digits[10:12]), today=today, child=child)
    if digits[12:] == "0000":
        raise Invalid(Problem.SERIAL)
    return Nik(
        digits=digits,
        province=province,
        regency=digits[:4],
        district=digits[:6],
        birth_date=birth_date,
        female=female,
    )


def birth_date_differs(digits: str, *, birth_date: date, today: date) -> bool:
    """Say whether a typed birth date disagrees with the NIK: a warning to show, never a refusal.

    The century is left out, since the NIK does not carry it. Raises `Invalid` for no NIK.
    """
    read = parse(digits, today=today, allow_demo=True).birth_date
    return (read.day, read.month, read.year % 100) != (
        birth_date.day,
        birth_date.month,
        birth_date.year % 100,
    )


def _day_and_sex(value: int) -> tuple[int, bool]:
    female = value > _FEMALE_OFFSET
    day = value - _FEMALE_OFFSET if female else value
    if not 1 <= day <= 31:
        raise Invalid(Problem.DAY)
    return day, female


def _birth_date(day: int, month: int, year: int, *, today: date, child: bool) -> date:
    this_century = today.year // 100 * 100
    for century in (this_century, this_century - 100):
        try:
            born = date(century + year, month, day)
        except ValueError:
            continue
        if born <= today:
            return born
        if child and born.year == today.year:
            break
    raise Invalid(Problem.DATE)
