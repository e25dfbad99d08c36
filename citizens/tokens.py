"""Random names of public objects: tokens for links, and short codes to read aloud or type.

A code has seven random characters (32 bits) and a check character. It is no secret: it opens
something only together with a second fact and a limit on attempts.
"""

import re
import secrets

# 23 characters, none of which is taken for another or makes words. The number is prime, so the
# check finds every single wrong character and every swap of two.
ALPHABET = "23456789CDFHJKMNPQRTVWX"
CODE_LENGTH = 8

_VALUES = {char: value for value, char in enumerate(ALPHABET)}
# A character outside the alphabet that can only be a misreading of one inside it.
_MISREAD = str.maketrans("BGSUYZ", "865VV2")
_SEPARATORS = re.compile(r"[\s.\-_/\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff]")


class InvalidCode(ValueError):
    """The text cannot be a code: wrong length, foreign character, or the check fails."""


def new() -> str:
    """Return a new token of 128 random bits: 22 characters that are safe in a URL."""
    return secrets.token_urlsafe(16)


def new_code() -> str:
    """Return a new code, such as "7KQ4XM2H", of about 3.4 billion; the caller keeps it unique."""
    data = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH - 1))
    return data + ALPHABET[-_weighted_sum(data) % len(ALPHABET)]


def clean_code(text: str) -> str:
    """Return the code that was typed, without separators, in upper case, misreadings put right.

    Raises `InvalidCode`.
    """
    code = _SEPARATORS.sub("", text).upper().translate(_MISREAD)
    if len(code) != CODE_LENGTH or not set(code) <= _VALUES.keys():
        raise InvalidCode("not eight characters of the alphabet")
    if _weighted_sum(code) % len(ALPHABET):
        raise InvalidCode("the check character differs")
    return code


def display_code(code: str) -> str:
    """Write a code in two groups: "ABCD2345" -> "ABCD-2345"."""
    return f"{code[:4]}-{code[4:]}"


def _weighted_sum(code: str) -> int:
    # Weights 8 to 1; the check character has weight 1.
    return sum((CODE_LENGTH - place) * _VALUES[char] for place, char in enumerate(code))
