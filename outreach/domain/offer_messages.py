"""What an offer to the waiting list makes us say: the place is kept, and until when."""

import datetime

from citizens.domain.answers import Answers
from citizens.enums import OfferState
from citizens.models import WaitlistEntry, WaitlistOffer
from outreach.domain import composition, plans
from outreach.domain.plans import Occasion, Person
from outreach.enums import Purpose, Reason
from outreach.models import Message


def queue(*, offer: WaitlistOffer, at: datetime.datetime) -> int:
    """Plans the message about an offer, good until it ends; returns how many rows.

    Call it in the transaction that made the offer.
    """
    person = _person(offer.entry)
    occasion = Occasion(Purpose.OFFER, f"offer:{offer.pk}", at, offer.expires_at)
    return plans.plan(
        plans.row(
            occasion,
            composition.of_offer(offer=offer, channel=channel, language=person.language),
            person=person,
            channel=channel,
            address=address,
            at=at,
            appointment=offer.entry.appointment,
            offer=offer,
            starts_at=offer.starts_at,
            office=offer.office,
        )
        for channel, address in person.addresses
    )


def why_not(message: Message, *, at: datetime.datetime) -> Reason | None:
    """Why an offer must not leave now: it was answered, or it lapsed."""
    offer = message.offer
    if offer is None or offer.state != OfferState.OPEN or offer.expires_at <= at:
        return Reason.OFFER_CLOSED
    return None


def _person(entry: WaitlistEntry) -> Person:
    """Whoever waits: of the appointment, or of what was typed to wait without one."""
    if entry.appointment:
        return Person(entry.appointment.phone, entry.appointment.email, entry.appointment.language)
    if not entry.answers:
        return Person("", "", "")
    typed = Answers.from_json(entry.answers)
    return Person(typed.phone, typed.email, typed.language)
