"""What may be shown of personal data on lists, in exports and in logs."""

import re

from citizens import nik as nik_format

_SEPARATORS = nik_format.SEPARATORS
# A NIK or KK number, however it is spaced. A longer run is masked as well: a NIK may hide in it.
_IDENTITY_NUMBER = re.compile(rf"\d(?:{_SEPARATORS}*\d){{15,}}")
_GAP = rf"(?:{_SEPARATORS}|[()])*"
_PHONE_NUMBER = re.compile(
    rf"(?<!\d)\(?(?:"
    rf"\+{_GAP}\d(?:{_GAP}\d){{6,}}"  # any international number
    rf"|(?:(?:0{_GAP}0{_GAP})?6{_GAP}2{_GAP}0?|0){_GAP}8(?:{_GAP}\d){{7,}}"  # a mobile at home
    rf"|8[1-9]\d{{7,10}}"  # the same without its zero
    rf"|0[2-9]\d{{1,2}}\)?[-/ ]?\d{{5,8}}"  # a landline with its area code
    rf")(?!\d)"
)
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w.@-]+")


def nik(digits: str) -> str:
    """Show the first and last four of 16 digits: "3673********0001". Other text is all stars."""
    if re.fullmatch(r"[0-9]{16}", digits) is None:
        return "*" * len(digits)
    return f"{digits[:4]}********{digits[-4:]}"


def phone(e164: str) -> str:
    """Show an Indonesian number as "0812-****-7890", hiding at least four digits.

    Of any other number only the last two digits are shown.
    """
    if re.fullmatch(r"\+628[0-9]{8,11}", e164) is None:
        return "****" + e164[-2:] if len(e164) > 6 else "*" * len(e164)
    local = "0" + e164[3:]
    return f"{local[:4]}-****-{local[max(8, len(local) - 4) :]}"


def email(address: str) -> str:
    """Show "siti@x.id" as "s***@x.id". Text without a local part is all stars."""
    local, at, domain = address.rpartition("@")
    if not (local and at):
        return "*" * len(address)
    return f"{local[0]}***@{domain}"


def name(full_name: str) -> str:
    """Show "Siti Aminah" as "S*** A*****"; a word of one letter is hidden."""
    return " ".join(
        word[0] + "*" * (len(word) - 1) if len(word) > 1 else "*" for word in full_name.split()
    )


def scrub(text: str) -> str:
    """Mask every identity number, phone number and e-mail address in free text, for a log line.

    After it, no 16 digits are left with nothing but separators between them. Where in doubt it
    masks: a date that stands next to other digits may go too.
    """
    text = _IDENTITY_NUMBER.sub(_masked_identity_number, text)
    text = _EMAIL.sub(lambda match: email(match[0]), text)
    return _PHONE_NUMBER.sub(_masked_phone_number, text)


def _masked_identity_number(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match[0])
    return nik(digits) if len(digits) == 16 else "*" * 16


def _masked_phone_number(match: re.Match[str]) -> str:
    return "****" + match[0][-2:]
