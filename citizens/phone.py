"""Indonesian mobile numbers, entered any usual way and kept as E.164."""

import re
import unicodedata
from enum import Enum

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

_COUNTRY_CODE = 62
_SEPARATORS = re.compile(
    r"[\s.\-_/()\u00ad\u00b7\u200b-\u200f\u2010-\u2015\u202a-\u202e\u2060\u2212\ufeff]"
)
# An operator code: 80 is toll-free and premium, 84 is not in use.
_MOBILE_START = re.compile(r"8[1-35-9]")


class Problem(Enum):
    """Why a text is no number that we can send an SMS to."""

    EMPTY = "empty"
    LETTERS = "letters"
    LENGTH = "length"
    LANDLINE = "landline"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


class Invalid(ValueError):
    """The text is no Indonesian mobile number; `reason` says why, the text is not repeated."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(f"not an Indonesian mobile number: {reason.value}")
        self.reason = reason


def normalise(text: str) -> str:
    """Return the E.164 form of an Indonesian mobile number, such as "+6281234567890".

    Reads 0812-3456-7890, (0812) 3456.7890, 812..., 62812..., +62 812..., +62 (0)812... and
    0062812..., with any spaces or dashes. Raises `Invalid`.
    """
    dialled = _dialled(text)
    try:
        number = phonenumbers.parse(dialled, "ID")
    except phonenumbers.NumberParseException as error:
        raise Invalid(_unparsable(error)) from error
    if number.country_code != _COUNTRY_CODE:
        raise Invalid(Problem.FOREIGN)
    # number_type is UNKNOWN for a number that is not valid.
    kind = phonenumbers.number_type(number)
    if kind != PhoneNumberType.MOBILE:
        raise Invalid(_why_not_mobile(number, kind))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def display(e164: str) -> str:
    """Write a number the way it is dialled at home: "+6281234567890" -> "0812-3456-7890".

    A number of another country, or no E.164 number, comes back unchanged.
    """
    if not re.fullmatch(r"\+628[0-9]{8,11}", e164):
        return e164
    local = "0" + e164[3:]
    middle = 7 if len(local) == 10 else 8  # 0811-234-567 reads better than 0811-2345-67
    return f"{local[:4]}-{local[4:middle]}-{local[middle:]}"


def _dialled(text: str) -> str:
    """Strip decoration and write an international prefix as "+"."""
    bare = _SEPARATORS.sub("", text)
    bare = "".join(_ascii_digit(char) for char in bare)
    if not bare.strip("+"):
        raise Invalid(Problem.EMPTY)
    if not re.fullmatch(r"\+?[0-9]+", bare):
        raise Invalid(Problem.LETTERS)
    if bare.startswith("00"):
        return "+" + bare[2:]
    if re.match(r"620?8", bare):
        return "+" + bare
    return bare


def _ascii_digit(char: str) -> str:
    if char == "\uff0b":  # the full-width plus sign of some phone keyboards
        return "+"
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _unparsable(error: phonenumbers.NumberParseException) -> Problem:
    if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
        return Problem.UNKNOWN
    return Problem.LENGTH


def _why_not_mobile(number: phonenumbers.PhoneNumber, kind: int) -> Problem:
    if _MOBILE_START.match(str(number.national_number)):
        return Problem.LENGTH
    possible = phonenumbers.is_possible_number_with_reason(number)
    if kind == PhoneNumberType.FIXED_LINE or possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return Problem.LANDLINE
    if possible in (ValidationResult.TOO_SHORT, ValidationResult.TOO_LONG):
        return Problem.LENGTH
    return Problem.UNKNOWN
