"""What stands in the way of a visit: outages and blank cards. Read by the pages of free times and by the commit.

The fragments below are common table expressions for raw SQL; `parameters` gives what they name. Neither changes
anything.
"""

import datetime
from enum import StrEnum
from typing import Any

from django.conf import settings

from citizens.domain import prepared
from citizens.domain.party import Party
from citizens.enums import ACTIVE_APPOINTMENT_STATES, OutageCause, Outcome
from citizens.models import Appointment, CardStock

# With fewer cards left than this they are counted behind a lock, so that two visits never share the last one.
# It is more than all visits that can be in the making at one moment take together.
SCARCE = 100
# After a visit that ended so, its cards are used; after any other they are back in the drawer.
CARD_IS_GONE = (Outcome.DONE, Outcome.AWAITING_PRINT)


class Obstacle(StrEnum):
    """What stands in the way."""

    OUTAGE = "outage"
    NO_CARDS = "no_cards"


class NotServed(Exception):
    """The visit cannot be given: `reason` is what stands in the way, `note` tells people about it."""

    def __init__(self, reason: Obstacle, note: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.note = note


# outages(office_id, begins, ends, cause, note): those that touch one of %(services)s; office_id is NULL for every
# office. One that has ended touches nothing, and neither does one whose expected end has passed. Without an
# expected end it touches until midnight (%(zone)s) of the day on which it is looked at, or on which it begins.
OUTAGES = """
    outages AS (
        SELECT outage.office_id, outage.starts_at AS begins, outage.cause, outage.note,
            coalesce(
                outage.expected_end,
                (date_trunc('day', greatest(outage.starts_at, %(at)s) AT TIME ZONE %(zone)s)
                    + interval '1 day') AT TIME ZONE %(zone)s
            ) AS ends
        FROM citizens_outage outage
        WHERE outage.ended_at IS NULL
            AND (outage.expected_end IS NULL OR outage.expected_end > %(at)s)
            AND (
                EXISTS (
                    SELECT FROM citizens_outage_services touched
                    WHERE touched.outage_id = outage.id AND touched.service_id = ANY(%(services)s)
                )
                OR NOT EXISTS (
                    SELECT FROM citizens_outage_services touched WHERE touched.outage_id = outage.id
                )
            )
    )
"""

# cards(office_id, cards_left): the rule of card_stock.left for each office that has counted; no rows when
# %(cards)s is 0. The appointment %(own)s, which is about to move, is not counted.
CARDS = """
    cards AS (
        SELECT counted.office_id,
            (counted.cards - kept.cards - promised.cards - used.cards)::int AS cards_left
        FROM (
            SELECT DISTINCT ON (stock.office_id) stock.office_id, stock.cards, stock.counted_at,
                stock.counted_at AT TIME ZONE %(zone)s AS counted_here
            FROM citizens_cardstock stock
            WHERE %(cards)s > 0 AND stock.counted_at <= %(at)s
            ORDER BY stock.office_id, stock.counted_at DESC
        ) counted
        CROSS JOIN LATERAL (
            SELECT count(*) AS cards
            FROM citizens_appointment appointment
            JOIN citizens_visitor visitor ON visitor.appointment_id = appointment.id
            JOIN citizens_visitorservice booked ON booked.visitor_id = visitor.id
            JOIN citizens_servicecase booked_case ON booked_case.id = booked.case_id
            JOIN citizens_service service ON service.id = booked_case.service_id
            WHERE appointment.office_id = counted.office_id
                AND appointment.starts_at >= date_trunc('day', counted.counted_here) AT TIME ZONE %(zone)s
                AND appointment.state = ANY(%(active)s) AND appointment.id <> %(own)s
                AND service.needs_print
        ) kept
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(visit.people), 0) AS cards
            FROM citizens_groupvisit visit
            JOIN citizens_servicecase asked ON asked.id = visit.case_id
            JOIN citizens_service service ON service.id = asked.service_id
            WHERE visit.office_id = counted.office_id AND visit.state = 'planned' AND visit.ends_at > %(at)s
                AND service.needs_print
        ) promised
        CROSS JOIN LATERAL (
            SELECT count(*) AS cards
            FROM citizens_queueday day
            JOIN citizens_ticket ticket ON ticket.queue_day_id = day.id
            JOIN citizens_visit visit ON visit.ticket_id = ticket.id
            LEFT JOIN citizens_visitor visitor ON visitor.appointment_id = ticket.appointment_id
            LEFT JOIN citizens_visitorservice booked ON booked.visitor_id = visitor.id
            JOIN citizens_servicecase printed ON printed.id = coalesce(booked.case_id, ticket.case_id)
            JOIN citizens_service service ON service.id = printed.service_id
            WHERE day.office_id = counted.office_id AND day.date >= counted.counted_here::date
                AND visit.recorded_at > counted.counted_at AND visit.outcome = ANY(%(printed)s)
                AND service.needs_print
        ) used
    )
"""

# A visit is touched by an outage that begins before it ends and ends after it begins.
IN_THE_WAY = f"""
    WITH {OUTAGES}, {CARDS}, place AS (SELECT id FROM citizens_office WHERE code = %(office)s)
    SELECT outages.cause, outages.note, NULL::int
    FROM outages JOIN place ON outages.office_id IS NULL OR outages.office_id = place.id
    WHERE outages.begins < %(ends)s AND outages.ends > %(start)s
    UNION ALL
    SELECT NULL, NULL, cards.cards_left FROM cards JOIN place ON cards.office_id = place.id
"""  # noqa: S608 - composed of constants only


def cards_needed(party: Party) -> int:
    """How many blank cards a visit takes: one for each person and service that is printed."""
    return sum(case.service.needs_print for person in party.people for case in person)


def parameters(
    *, party: Party, at: datetime.datetime, own: Appointment | None = None
) -> dict[str, Any]:
    """What OUTAGES and CARDS name, for a party; see card_parameters for the rest."""
    services = {"services": [case.service_id for case in party.cases]}
    return services | card_parameters(at=at, cards=cards_needed(party), own=own)


def card_parameters(
    *, at: datetime.datetime, cards: int = 1, own: Appointment | None = None
) -> dict[str, Any]:
    """What CARDS names: cards (needed), own, active, printed, at, zone."""
    return {
        "cards": cards,
        "own": own.pk if own else 0,
        "active": [state.value for state in ACTIVE_APPOINTMENT_STATES],
        "printed": [outcome.value for outcome in CARD_IS_GONE],
        "at": at,
        "zone": settings.TIME_ZONE,
    }


def check(
    *,
    party: Party,
    office: str,
    start: datetime.datetime,
    at: datetime.datetime,
    own: Appointment | None = None,
    ends: datetime.datetime | None = None,
    times: int = 1,
) -> None:
    """Raises NotServed when an outage touches the visit from `start` at `office` (its code), or cards run out.

    Call it in the transaction that books, after the slots are locked. `own` is the appointment that is being
    moved: what it keeps now is not counted against it. A group comes `times` as many, until `ends`. One query; two
    more where cards are scarce.
    """
    wanted = parameters(party=party, at=at, own=own) | {
        "office": office,
        "start": start,
        "ends": ends or start + datetime.timedelta(minutes=party.minutes),
    }
    wanted["cards"] *= times
    left = _look(wanted)
    if left is not None and left < SCARCE + wanted["cards"]:
        newest = CardStock.objects.filter(office__code=office, counted_at__lte=at)
        newest.select_for_update(of=("self",)).order_by("-counted_at").first()
        left = _look(wanted)
    if left is not None and left < wanted["cards"]:
        raise NotServed(Obstacle.NO_CARDS)


def _look(wanted: dict[str, Any]) -> int | None:
    """How many cards are left, where they are counted and needed. Raises NotServed for an outage."""
    left = None
    for cause, note, cards in prepared.run(IN_THE_WAY, wanted):
        if cause is not None:
            raise NotServed(Obstacle.OUTAGE, note or str(OutageCause(cause).label))
        left = cards
    return left
