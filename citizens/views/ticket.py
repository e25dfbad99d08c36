"""The live page of a queue number, reached by its token: how many people come before, and where to go when called."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citizens.domain import hall, wording
from citizens.domain.office_time import local_date
from citizens.enums import TicketState
from citizens.models import Ticket
from citizens.views import waits
from citizens.views.personal import personal
from citizens.views.versioned import answer


@personal
@require_safe
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a number of today; for any other one, what to do. One query, and the office's estimate."""
    at = timezone.now()
    found = _today(token, at=at)
    if found is None:
        return render(request, "citizens/ticket/unknown.html", status=404)
    context = _context(found, at=at) | {"part_url": reverse("ticket_part", args=[token])}
    return render(request, "citizens/ticket/ticket.html", context)


@require_safe
def ticket_part(request: HttpRequest, token: str) -> HttpResponse:
    """What changes on the page. A phone that knows it already costs one query."""
    at = timezone.now()
    found = _today(token, at=at)
    if found is None:
        return HttpResponse(status=404)
    return answer(
        request,
        # The answer to the survey is a change of this page alone, not of the hall.
        version=f"{hall.facts(found, at=at).version}-{int(found.surveyed)}",
        served_at=f"{wording.local(at):%H.%M.%S}",
        make=lambda: render_to_string("citizens/ticket/part.html", _context(found, at=at)),
    )


def _today(token: str, *, at: datetime.datetime) -> Ticket | None:
    rows = Ticket.objects.select_related("queue_day__office", "counter", "case__service")
    return (
        rows.filter(token=token, queue_day__date=local_date(at))
        .annotate(**hall.annotations(office="queue_day__office", at=at))
        .first()
    )


def _context(found: Ticket, *, at: datetime.datetime) -> dict[str, Any]:
    context = {
        "label": found.label,
        "service": f"{found.case.service.local('name')}: {found.case.local('name')}",
        "office": found.queue_day.office.name,
        "as_of": wording.clock(at),
        **_told(found),
    }
    return context | (_wait(found, at=at) if found.state == TicketState.WAITING else {})


def _wait(found: Ticket, *, at: datetime.datetime) -> dict[str, Any]:
    told = hall.facts(found, at=at)
    mine = waits.forecast(office=found.queue_day.office, told=told, at=at).tickets.get(found.number)
    if mine is None:  # called in this moment; the next look says so
        return {}
    return {
        "waits": True,
        "ahead": mine.ahead,
        "range": waits.minutes(mine),
        "why_not": waits.why_not(mine),
    }


def _told(found: Ticket) -> dict[str, str]:
    """The state as a fact, and what to do."""
    number = found.counter.number if found.counter else ""
    match TicketState(found.state):
        case TicketState.CALLED:
            return {
                "title": _("Please go to counter %(number)s") % {"number": number},
                "lead": _("Your number is being called now."),
                "kind": "success",
            }
        case TicketState.SERVING:
            return {
                "title": _("You are being served at counter %(number)s") % {"number": number},
                "lead": "",
            }
        case TicketState.PARKED:
            return {
                "title": _("Your number is set aside for a moment"),
                "lead": _("Please stay near. Counter %(number)s calls you again.")
                % {"number": number},
            }
        case TicketState.MISSED:
            return {
                "title": _("You were called and were not there"),
                "lead": _(
                    "Your number is still good today. Please tell the reception that you are here: you are "
                    "called again soon."
                ),
                "kind": "warning",
            }
        case TicketState.FINISHED:
            survey_url = "" if found.surveyed else reverse("survey_ticket", args=[found.token])
            return {
                "title": _("Your visit is over"),
                "lead": _("Thank you for coming."),
                "survey_url": survey_url,
            }
        case TicketState.ABSENT | TicketState.UNSERVED:
            return {
                "title": _("The day of this number is over"),
                "lead": _("You were not served. Please make an appointment, or come again."),
            }
        case _:
            return {
                "title": _("You are waiting"),
                "lead": _("Stay near the hall: the screen and the loudspeaker call this number."),
            }
