"""Finding an appointment by what somebody at the counter or on the phone can say: code, NIK, phone or name."""

import datetime

from django.db.models import Q, QuerySet

from citizens import crypto, nik, phone, tokens
from citizens.models import Appointment, Office, Visitor

MOST = 50
FEWEST_LETTERS = 2


class TooShort(Exception):
    """The text is less than FEWEST_LETTERS letters of a name: it would find everybody."""


def find(*, text: str, office: Office | None) -> list[Appointment]:
    """The newest appointments that the text names, at most MOST and one more, with office and people.

    A NIK is compared by its keyed hash, so it finds nobody who booked without one. With `office` only its own
    appointments are found. At most three queries. Raises TooShort.
    """
    rows = (
        Appointment.objects.all() if office is None else Appointment.objects.filter(office=office)
    )
    return _by_code(rows, text) or _listed(rows.filter(_named_by(text)))


def _by_code(rows: QuerySet[Appointment], text: str) -> list[Appointment]:
    try:
        code = tokens.clean_code(text)
    except tokens.InvalidCode:
        return []
    return _listed(rows.filter(code=code))


def _named_by(text: str) -> Q:
    if digits := _nik(text):
        key = crypto.person_key(nik=digits, full_name="", birth_date=datetime.date.min)
        return Q(pk__in=Visitor.objects.filter(person_key=key).values("appointment"))
    if number := _phone(text):
        return Q(phone=number)
    if sum(sign.isalpha() for sign in text) < FEWEST_LETTERS:
        raise TooShort
    people = Visitor.objects.all()
    for word in text.split():
        people = people.filter(full_name__icontains=word)
    return Q(pk__in=people.values("appointment"))


def _nik(text: str) -> str:
    try:
        return nik.clean(text)
    except nik.Invalid:
        return ""


def _phone(text: str) -> str:
    try:
        return phone.normalise(text)
    except phone.Invalid:
        return ""


def _listed(rows: QuerySet[Appointment]) -> list[Appointment]:
    newest = rows.select_related("office").prefetch_related("visitors")
    return list(newest.order_by("-starts_at", "-pk")[: MOST + 1])
