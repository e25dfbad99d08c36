"""The satisfaction survey (SKM): who may answer, and how a sheet is kept apart from the person.

What could lead from a sheet to a person, and why none does: the ticket would, so a sheet has no column for it, and
the ticket keeps only that its link was used, not when. A name, a phone or an account would: nobody is asked. The
moment would, because the day's history knows who was where, so a sheet has a date alone. The address of the network
and the browser would: they are counted as keyed hashes, apart from the sheets, and deleted after a day. What is left
is the order in which PostgreSQL stores the rows, seen by whoever reads the database itself.
"""

import datetime
from collections.abc import Mapping

from django.db import transaction

from citizens.domain import limits
from citizens.domain.office_time import local_date, local_midnight
from citizens.enums import SurveyElement, SurveySource, TicketState
from citizens.models import Appointment, Office, SurveyAnswer, Ticket

LINK_DAYS = 7
ONE_DAY = datetime.timedelta(days=1)

Marks = Mapping[SurveyElement, int]


class LinkOver(Exception):
    """The link was used, or its visit is too long ago."""


def ticket_to_ask(*, token: str, at: datetime.datetime) -> Ticket | None:
    """The ticket of a link after the visit: finished, and of the last LINK_DAYS days. One query.

    It may have been answered for (`surveyed`).
    """
    return (
        Ticket.objects.select_related("queue_day__office")
        .filter(
            token=token,
            state=TicketState.FINISHED,
            queue_day__date__range=(local_date(at) - LINK_DAYS * ONE_DAY, local_date(at)),
        )
        .first()
    )


def token_to_ask(*, appointment: Appointment, at: datetime.datetime) -> str | None:
    """The token of a finished appointment's link, or None when it was used or is over. One query."""
    tickets = Ticket.objects.filter(
        appointment=appointment,
        state=TicketState.FINISHED,
        surveyed=False,
        queue_day__date__range=(local_date(at) - LINK_DAYS * ONE_DAY, local_date(at)),
    )
    return tickets.values_list("token", flat=True).first()


@transaction.atomic
def answer_at_desk(
    *, office: Office, marks: Marks, submission_key: str, at: datetime.datetime
) -> bool:
    """Keeps a sheet that came by the QR code at the desk; False for one that was sent before. `marks` are 1 to 4."""
    today = local_date(at)
    until = local_midnight(today + ONE_DAY)
    if not limits.is_first_use(name="survey", of=submission_key, until=until):
        return False
    _keep(office=office, group=None, source=SurveySource.DESK, date=today, marks=marks)
    return True


@transaction.atomic
def answer_after_visit(*, ticket: Ticket, marks: Marks, at: datetime.datetime) -> None:
    """Keeps the one sheet of a ticket's link, and that the link was used. Raises LinkOver."""
    unused = Ticket.objects.filter(
        pk=ticket.pk,
        state=TicketState.FINISHED,
        surveyed=False,
        queue_day__date__gte=local_date(at) - LINK_DAYS * ONE_DAY,
    )
    if not unused.update(surveyed=True):
        raise LinkOver
    _keep(
        office=ticket.queue_day.office,
        group=ticket.group_id,
        source=SurveySource.LINK,
        date=local_date(at),
        marks=marks,
    )


def _keep(
    *, office: Office, group: int | None, source: SurveySource, date: datetime.date, marks: Marks
) -> None:
    SurveyAnswer.objects.create(
        office=office,
        group_id=group,
        date=date,
        source=source,
        **{element.value: marks[element] for element in SurveyElement},
    )
