"""Blank cards: counting them, and how many are left for new bookings."""

import datetime

from django.db import connection

from citizens.domain import obstacles
from citizens.models import CardStock, Office, User


def record(*, office: Office, cards: int, staff: User, at: datetime.datetime) -> CardStock:
    """Writes that `cards` blank cards were counted at `office`. From now on they limit the bookings there."""
    return CardStock.objects.create(office=office, cards=cards, counted_at=at, counted_by=staff)


def left(*, office: Office, at: datetime.datetime) -> int | None:
    """How many cards of the newest count at `office` are not spoken for; None where nobody has counted.

    From the count are taken
    - one for each person and printed service of the appointments at the office, from the day of the count on,
      that are booked or arrived: a cancelled, missed or unserved one takes none;
    - one for each person of a group visit that is planned and not over, when its service is printed;
    - one for each printed service of a visit that ended after the count as done or waiting for print, with an
      appointment or without one: a visit that ended otherwise takes none.
    Less than nothing is left when more was promised than there is. One query.
    """
    sql = f"WITH {obstacles.CARDS} SELECT cards_left FROM cards WHERE office_id = %(office)s"  # noqa: S608 - constant
    with connection.cursor() as cursor:
        cursor.execute(sql, obstacles.card_parameters(at=at) | {"office": office.pk})
        found = cursor.fetchone()
    return int(found[0]) if found else None
