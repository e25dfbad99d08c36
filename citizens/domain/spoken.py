"""Numbers as they are spoken in the hall, in Indonesian: a ticket digit by digit, a counter as a number."""

DIGITS = (
    "nol",
    "satu",
    "dua",
    "tiga",
    "empat",
    "lima",
    "enam",
    "tujuh",
    "delapan",
    "sembilan",
)
TEN = 10


def label(text: str) -> str:
    """A ticket's label letter by letter and digit by digit: "B-017" is "B nol satu tujuh"."""
    return " ".join(DIGITS[int(sign)] if sign.isdecimal() else sign for sign in text if sign != "-")


def number(value: int) -> str:
    """A number from 0 to 99 in words, 13 being "tiga belas"; a larger one digit by digit."""
    tens, ones = divmod(value, TEN)
    if value < TEN:
        return DIGITS[value]
    if tens == 1:
        return {0: "sepuluh", 1: "sebelas"}.get(ones, f"{DIGITS[ones]} belas")
    if tens < TEN:
        return f"{DIGITS[tens]} puluh {DIGITS[ones] if ones else ''}".strip()
    return label(str(value))


def call(*, ticket: str, counter: int) -> str:
    """What the loudspeaker says when `ticket` (its label) is called to a counter."""
    return f"Nomor antrean {label(ticket)}, silakan ke loket {number(counter)}."
