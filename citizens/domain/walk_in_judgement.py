"""Whether reception gives a walk-in a number: the estimate advises, a person decides, and who did is written down."""

import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from citizens.domain import arrivals, day_control, queue, walk_in_room
from citizens.enums import PriorityGroup, TicketState
from citizens.models import Office, ServiceCase, Ticket, TicketEvent, User


def room(*, office: Office, case: ServiceCase, at: datetime.datetime) -> int | None:
    """Walk-in numbers for `case` that there is room for; None where too few visits were measured, or hours are unknown.

    Raises day_control.ServiceClosed or day_control.NoMoreNumbers: these a supervisor decided. A constant number of
    queries, without a lock.
    """
    day = arrivals.day_or_rule(office=office, at=at)
    if day.pk is not None:
        day_control.refuse_walk_in(day, group=case.service.group_id)
    return walk_in_room.remaining(office=office, at=at).measured_of_group(case.service.group_id)


@transaction.atomic
def issue_all_the_same(
    *,
    office: Office,
    case: ServiceCase,
    priority_group: PriorityGroup | None,
    at: datetime.datetime,
    staff: User,
    submission_key: str,
    phone: str = "",
) -> Ticket:
    """A walk-in ticket although the estimate has no room; its history says so, and who gave it.

    Sent twice with one `submission_key`, it gives the same ticket and one note. Raises what
    arrivals.issue_walk_in() raises.
    """
    ticket = arrivals.issue_walk_in(
        office=office,
        case=case,
        priority_group=priority_group,
        at=at,
        staff=staff,
        submission_key=submission_key,
        phone=phone,
    )
    # Under the lock of the day a ticket with one event was given just now, or nothing has become of it.
    if TicketEvent.objects.filter(ticket=ticket).count() == 1:
        with translation.override(settings.LANGUAGE_CODE):
            reason = _("Given although the estimate had no room")
        queue.log(ticket, from_state=TicketState.WAITING, at=at, staff=staff, reason=reason)
    return ticket
