"""Showing personal data in full: once, for a reason, with a row that says who saw what."""

import datetime
from collections.abc import Mapping

from django.db import transaction

from citizens import phone as phone_format
from citizens.enums import Revealed
from citizens.models import AccessLog, Appointment, User, Visitor


class NothingToShow(Exception):
    """There is no such number or address in the appointment."""


@transaction.atomic
def reveal(
    *,
    appointment: Appointment,
    field: Revealed,
    staff: User,
    reason: str,
    at: datetime.datetime,
    visitor: Visitor | None = None,
) -> str:
    """Returns what `field` says in full, and writes in the same transaction who asked, when and why.

    `visitor` is whose NIK it is, and None for phone and e-mail. Raises NothingToShow, and ValueError for a
    reason without a word.
    """
    if not reason.strip():
        raise ValueError("personal data is shown for a reason only")
    value = _value(appointment, field, visitor)
    if not value:
        raise NothingToShow
    AccessLog.objects.create(
        staff=staff, at=at, field=field, appointment=appointment, visitor=visitor, reason=reason
    )
    return value


@transaction.atomic
def reveal_phones(
    *, reasons: Mapping[Appointment, str], staff: User, at: datetime.datetime
) -> dict[int, str]:
    """Returns the phones of many appointments by their ids, and writes one access for each. One statement.

    Appointments without a phone are left out. Raises ValueError for a reason without a word.
    """
    if not all(reason.strip() for reason in reasons.values()):
        raise ValueError("personal data is shown for a reason only")
    found = {one: phone_format.display(one.phone) for one in reasons if one.phone}
    AccessLog.objects.bulk_create(
        [
            AccessLog(
                staff=staff, at=at, field=Revealed.PHONE, appointment=one, reason=reasons[one]
            )
            for one in found
        ],
        batch_size=2000,
    )
    return {one.pk: phone for one, phone in found.items()}


def _value(appointment: Appointment, field: Revealed, visitor: Visitor | None) -> str:
    if field == Revealed.NIK:
        return (visitor.nik or "") if visitor else ""
    if field == Revealed.PHONE:
        return phone_format.display(appointment.phone)
    return appointment.email
