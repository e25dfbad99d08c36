"""What came of a visit: its outcome, the papers that were missing, and the digital-ID offer to each person."""

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from citizens import signals
from citizens.enums import RESULTS_WITH_REASON, ActivationSource, OfferResult, Outcome
from citizens.models import (
    DigitalIdActivation,
    DigitalIdOffer,
    MissingPaper,
    OfferReason,
    Requirement,
    ServiceCase,
    Ticket,
    User,
    Visit,
    Visitor,
)


class ReasonNeeded(Exception):
    """Declined and not possible need a reason; the other results have none."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What became of the offer to one person; without a visitor, a walk-in whose name was not asked."""

    visitor: Visitor | None
    result: OfferResult
    reason: OfferReason | None = None


def cases(ticket: Ticket) -> list[ServiceCase]:
    """What the ticket is for: every case of its appointment, or the one that a walk-in asked for."""
    if ticket.appointment_id is None:
        return [ticket.case]
    return list(
        ServiceCase.objects.filter(visitorservice__visitor__appointment=ticket.appointment_id)
        .select_related("service")
        .distinct()
        .order_by("service__sort_order", "sort_order", "pk")
    )


def people(ticket: Ticket) -> list[Visitor | None]:
    """Who is at the counter: the visitors of the appointment, or one person whose name was not asked."""
    if ticket.appointment_id is None:
        return [None]
    return list(Visitor.objects.filter(appointment=ticket.appointment_id).order_by("position"))


@transaction.atomic
def record(
    *,
    ticket: Ticket,
    outcome: Outcome,
    missing_papers: Collection[Requirement],
    offers: Iterable[Offer],
    at: datetime.datetime,
    staff: User,
) -> Visit:
    """Writes the visit of a ticket that was served at its counter.

    Where a service offers the digital ID, each person present gets one offer row; whoever `offers` leaves out
    was not asked, which is a legal answer. Raises ReasonNeeded.
    """
    visit = Visit.objects.create(ticket=ticket, outcome=outcome, recorded_at=at, recorded_by=staff)
    MissingPaper.objects.bulk_create(
        MissingPaper(visit=visit, requirement=requirement) for requirement in missing_papers
    )
    if any(case.service.offers_digital_id for case in cases(ticket)):
        told = {offer.visitor: offer for offer in offers}
        for visitor in people(ticket):
            offer = told.get(visitor, Offer(visitor, OfferResult.NOT_ASKED))
            record_offer(visit=visit, offer=offer, at=at)
    return visit


@transaction.atomic
def record_offer(*, visit: Visit, offer: Offer, at: datetime.datetime) -> DigitalIdOffer:
    """Writes what became of the offer to one person; an activation is counted once a person.

    Raises ReasonNeeded.
    """
    if (offer.result in RESULTS_WITH_REASON) != (offer.reason is not None):
        raise ReasonNeeded
    row = DigitalIdOffer.objects.create(
        visit=visit, visitor=offer.visitor, result=offer.result, reason=offer.reason
    )
    if offer.result == OfferResult.ACTIVATED:
        _count_activation(row, at=at)
    return row


def _count_activation(offer: DigitalIdOffer, *, at: datetime.datetime) -> None:
    """One activation a person: an earlier one (imported, or of an event) is linked, not doubled."""
    visitor = offer.visitor
    subdistrict = visitor.appointment.subdistrict if visitor else None
    seen: dict[str, Any] = {
        "offer": offer,
        "source": ActivationSource.DESK,
        "counter": offer.visit.ticket.counter,
        "subdistrict": subdistrict,
        "lives_elsewhere": visitor is not None and subdistrict is None,
        "activated_at": at,
    }
    if visitor is None:
        activation, first = DigitalIdActivation.objects.create(**seen), True
    else:
        activation, first = DigitalIdActivation.objects.get_or_create(
            person_key=visitor.person_key, defaults=seen
        )
    if first:
        signals.digital_id_activated.send(sender=DigitalIdActivation, activation=activation, at=at)
    else:
        DigitalIdActivation.objects.filter(pk=activation.pk, offer=None).update(offer=offer)
