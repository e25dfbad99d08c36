"""Proof that a phone or an e-mail address is the citizen's: six digits, sent there and typed back.

Never a barrier: without proof an appointment is as good as with it; staff see that the contact is not proved.
"""

import datetime
import hmac
import secrets

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from citizens import crypto, signals
from citizens.enums import ContactKind
from citizens.models import Appointment, ContactCode

GOOD_FOR = datetime.timedelta(minutes=10)
ATTEMPTS = 5
KEPT = datetime.timedelta(days=1)
DIGITS = 6
PROVED_AT = {ContactKind.PHONE: "phone_proved_at", ContactKind.EMAIL: "email_proved_at"}


class NoContact(Exception):
    """The appointment has no such contact, or its visit is over: there is nothing to prove."""


class NoCode(Exception):
    """No code is good any more: none was sent, or the last one was used or is older than ten minutes."""


class TooManyGuesses(Exception):
    """The code was tried five times. A new one is needed."""


class WrongCode(Exception):
    """The digits differ from those that were sent. `left` more attempts are allowed."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} attempts left")
        self.left = left


def address(appointment: Appointment, *, kind: ContactKind) -> str:
    """The phone or the e-mail address of an appointment; empty without one."""
    return appointment.phone if kind == ContactKind.PHONE else appointment.email


def is_proved(appointment: Appointment, *, kind: ContactKind) -> bool:
    """Whether a contact of an appointment is proved."""
    return getattr(appointment, PROVED_AT[kind]) is not None


def unproved(appointment: Appointment) -> list[ContactKind]:
    """The contacts of an appointment that nobody has proved."""
    return [
        kind
        for kind in ContactKind
        if address(appointment, kind=kind) and not is_proved(appointment, kind=kind)
    ]


def is_good(code: ContactCode, *, at: datetime.datetime) -> bool:
    """Whether a code may still be used."""
    return code.used_at is None and code.expires_at > at and code.attempts < ATTEMPTS


def last_code(appointment: Appointment, *, kind: ContactKind) -> ContactCode | None:
    """The code that was sent last, good or not."""
    return appointment.contact_codes.filter(kind=kind).order_by("pk").last()


@transaction.atomic
def send_code(*, appointment: Appointment, kind: ContactKind, at: datetime.datetime) -> ContactCode:
    """Makes a code for a contact, which ends the one before, and tells it to whoever sends it.

    How often is the caller's to limit (citizens.domain.limits). Raises NoContact.
    """
    # Two at once wait for each other here, so that one of their codes is the last.
    row = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if not address(row, kind=kind) or not row.is_active:
        raise NoContact
    _end_codes(row, kind, at=at)
    digits = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    made = ContactCode.objects.create(
        appointment=row,
        kind=kind,
        code_key=_key(row, kind, digits),
        made_at=at,
        expires_at=at + GOOD_FOR,
    )
    signals.contact_code_made.send(sender=ContactCode, contact_code=made, digits=digits, at=at)
    return made


def prove(
    *, appointment: Appointment, kind: ContactKind, digits: str, at: datetime.datetime
) -> None:
    """Compares what was typed with the code that was sent last, and writes down that the contact is proved.

    An attempt is counted before it is compared, for good whatever becomes of it: call it outside any transaction.
    Raises NoCode, TooManyGuesses, WrongCode.
    """
    code = last_code(appointment, kind=kind)
    if code is None or code.used_at is not None or code.expires_at <= at:
        raise NoCode
    number = _take_attempt(code, at=at)
    if not hmac.compare_digest(code.code_key, _key(appointment, kind, digits)):
        raise WrongCode(left=ATTEMPTS - number)
    _use(code, appointment, kind, at=at)


def purge(*, at: datetime.datetime) -> int:
    """Deletes codes that ended a day ago; returns how many."""
    return ContactCode.objects.filter(expires_at__lt=at - KEPT).delete()[0]


def _end_codes(appointment: Appointment, kind: ContactKind, *, at: datetime.datetime) -> None:
    codes = ContactCode.objects.filter(appointment=appointment, kind=kind, expires_at__gt=at)
    # A code lives for a moment at least (held by a constraint), even if the clock went back.
    moment = datetime.timedelta(microseconds=1)
    codes.update(expires_at=Greatest(at, F("made_at") + moment))


@transaction.atomic(durable=True)
def _take_attempt(code: ContactCode, *, at: datetime.datetime) -> int:
    """Counts one attempt, in the same statement that looks how many there were; returns its number."""
    good = Q(pk=code.pk, used_at=None, expires_at__gt=at, attempts__lt=ATTEMPTS)
    if not ContactCode.objects.filter(good).update(attempts=F("attempts") + 1):
        code.refresh_from_db()
        raise TooManyGuesses if code.attempts >= ATTEMPTS and code.used_at is None else NoCode
    return ContactCode.objects.values_list("attempts", flat=True).get(pk=code.pk)


@transaction.atomic
def _use(
    code: ContactCode, appointment: Appointment, kind: ContactKind, *, at: datetime.datetime
) -> None:
    """A code is good once. The row lock of its UPDATE keeps a second one waiting, and then empty-handed."""
    if not ContactCode.objects.filter(pk=code.pk, used_at=None).update(used_at=at):
        raise NoCode
    column = PROVED_AT[kind]
    Appointment.objects.filter(pk=appointment.pk).update(**{column: at})
    setattr(appointment, column, at)


def _key(appointment: Appointment, kind: ContactKind, digits: str) -> str:
    """The keyed hash of a code; it opens nothing at another contact, nor once the contact has changed."""
    text = f"{appointment.pk}|{kind}|{address(appointment, kind=kind)}|{digits}"
    return crypto.keyed_hash(text, purpose="contact.code")
