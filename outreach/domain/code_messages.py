"""A one-time code on its way to the contact that it proves. Its digits stand in this message and nowhere else."""

import datetime

from citizens.domain import contact
from citizens.enums import ContactKind
from citizens.models import ContactCode
from outreach.domain import composition, plans
from outreach.domain.plans import Occasion, Person
from outreach.enums import Purpose, Reason
from outreach.models import Message

MINUTE = datetime.timedelta(minutes=1)


def queue(*, contact_code: ContactCode, digits: str, at: datetime.datetime) -> int:
    """Plans the message to the one contact that the digits prove, good as long as they are; returns how many rows.

    Call it in the transaction that made the code.
    """
    appointment = contact_code.appointment
    by_phone = contact_code.kind == ContactKind.PHONE
    person = Person(
        phone=appointment.phone if by_phone else "",
        email="" if by_phone else appointment.email,
        language=appointment.language,
    )
    occasion = Occasion(Purpose.CODE, f"code:{contact_code.pk}", at, contact_code.expires_at)
    return plans.plan(
        plans.row(
            occasion,
            composition.of_code(
                digits=digits,
                minutes=contact.GOOD_FOR // MINUTE,
                channel=channel,
                language=person.language,
            ),
            person=person,
            channel=channel,
            address=address,
            at=at,
            appointment=appointment,
            contact_code=contact_code,
        )
        for channel, address in person.addresses
    )


def why_not(message: Message, *, at: datetime.datetime) -> Reason | None:
    """Why a code must not leave now: it was used, replaced, tried too often, or it is too old."""
    code = message.contact_code
    return None if code is not None and contact.is_good(code, at=at) else Reason.CODE_OVER
