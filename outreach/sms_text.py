"""How an SMS text is encoded and cut into parts, exactly as a phone network does it (3GPP 23.038).

An extension character takes two units that no part boundary may separate, and so does a character
outside the Basic Multilingual Plane in UCS-2. Dividing the length by the size of a part is
therefore wrong.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _BASIC | _EXTENSION

_REPLACEMENTS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"),
        **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff\u00ad", ""),
        **dict.fromkeys("\t\u2028\u2029", " "),
        "\u2044": "/",
        "\u00d7": "x",
        "\u00a9": "(c)",
        "\u00ae": "(R)",
    }
)

Encoding = Literal["gsm7", "ucs2"]
_CAPACITY: dict[Encoding, tuple[int, int]] = {"gsm7": (160, 153), "ucs2": (70, 67)}


@dataclass(frozen=True)
class Plan:
    """How a text travels. `units` are septets (gsm7) or 16-bit units (ucs2).

    `per_part` is what each of these parts can hold, and `left` what the last one has room for.
    `offending` are the characters that force ucs2, each once, in order of appearance.
    """

    encoding: Encoding
    parts: int
    units: int
    per_part: int
    left: int
    offending: tuple[str, ...]


def plan(text: str) -> Plan:
    """Encode and pack `text` as it stands, without `normalise`. An empty text has no parts."""
    whole, _concatenated = _CAPACITY["gsm7"]
    if 0 < len(text) <= whole and _BASIC.issuperset(text):  # as nearly all are
        return Plan("gsm7", 1, len(text), whole, whole - len(text), ())
    offending = tuple(dict.fromkeys(char for char in text if char not in _GSM7))
    encoding: Encoding = "ucs2" if offending else "gsm7"
    widths = [_width(char, encoding) for char in text]
    units = sum(widths)
    single, concatenated = _CAPACITY[encoding]
    per_part = single if units <= single else concatenated
    parts, left = _pack(widths, per_part)
    return Plan(encoding, parts, units, per_part, left, offending)


def normalise(text: str) -> str:
    """Replace what GSM-7 lacks by its plain equivalent, where there is one.

    Typographic quotes, dashes, dots and spaces, ligatures, and accents that GSM-7 does not know.
    Emoji and other scripts are left, for `plan` to report.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    if _GSM7.issuperset(text):
        return text
    return "".join(char if char in _GSM7 else _equivalent(char) for char in text)


def _width(char: str, encoding: Encoding) -> int:
    return 2 if (char in _EXTENSION if encoding == "gsm7" else ord(char) > 0xFFFF) else 1


def _pack(widths: Iterable[int], per_part: int) -> tuple[int, int]:
    """Fill one part after the other; return how many and the room left in the last."""
    parts, left = 0, 0
    for width in widths:
        if width > left:
            parts, left = parts + 1, per_part
        left -= width
    return parts, left


def _equivalent(char: str) -> str:
    """Return a GSM-7 spelling of one character, or the character itself."""
    replaced = char.translate(_REPLACEMENTS)
    if replaced != char:
        return replaced
    spelled = "".join(
        part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)
    ).translate(_REPLACEMENTS)
    return spelled if spelled and set(spelled) <= _GSM7 else char
