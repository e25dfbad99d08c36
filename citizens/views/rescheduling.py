"""Moving one's own appointment: choose another time, look at from and to, press once."""

import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citizens.domain import appointments, availability, booking, obstacles, rescheduling, wording
from citizens.domain.availability import OfficeDays
from citizens.domain.office_time import local_date
from citizens.enums import Actor, AppointmentState
from citizens.models import Appointment
from citizens.views import calendar_table, own, typed
from citizens.views.own import Own
from citizens.views.personal import personal

# Why the time that was chosen cannot be had; each comes as ?tidak= with the choice of other times.
TAKEN, FAMILY, NOT_SERVED = "penuh", "keluarga", "gangguan"
REFUSALS: dict[type[Exception], str] = {
    booking.SlotFull: TAKEN,
    booking.HouseholdBooked: FAMILY,
    obstacles.NotServed: NOT_SERVED,
}
EVERYWHERE = "semua"


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def reschedule(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows other times, with ?kantor= and ?waktu= the question; POST moves. Sent twice it moves once."""
    at = timezone.now()
    mine = own.find_or_404(token)
    found = mine.appointment
    if found.state != AppointmentState.BOOKED:
        # Its own page says what the appointment is now.
        return redirect("appointment", token)
    if not found.may_be_moved(at=at):
        return _too_late(request, found, at, status=409 if request.method == "POST" else 200)
    if request.method == "POST":
        return _move(request, mine, at)
    if start := typed.moment(request.GET.get("waktu", "")):
        return _question(request, mine, start, at)
    return _choice(request, mine, at)


def _choice(request: HttpRequest, mine: Own, at: datetime.datetime) -> HttpResponse:
    """Days and times of one place, first of the one where the visit is now; or all places."""
    found = mine.appointment
    here = reverse("reschedule", args=[found.token])
    offices = availability.days(party=mine.party, at=at)
    wanted = typed.text(request.GET, "kantor") or found.office.code
    office = next((one for one in offices if one.code == wanted), None)
    context: dict[str, object] = {
        "now": wording.when(found.starts_at),
        "now_office": found.office.name,
        "refused": _refused(request.GET.get("tidak", "")),
        "own_url": reverse("appointment", args=[found.token]),
    }
    if office is None:
        context["places"] = calendar_table.places(offices, here=here, replaced="")
        return render(request, "citizens/appointments/move_places.html", context)
    return _times(request, mine, office, offices, context, at)


def _times(
    request: HttpRequest,
    mine: Own,
    office: OfficeDays,
    offices: list[OfficeDays],
    context: dict[str, object],
    at: datetime.datetime,
) -> HttpResponse:
    found = mine.appointment
    here = reverse("reschedule", args=[found.token])
    chosen = calendar_table.chosen_day(office, typed.date(request.GET.get("tanggal", "")))
    free = (
        availability.times_of(party=mine.party, office=office, day=chosen, at=at) if chosen else []
    )
    others = [time for time in free if (office.code, time.start) != _place(found)]
    context |= calendar_table.page(office, chosen, others, here=here, replaced="")
    context |= {
        "here": here,
        "token": found.token,
        "only_own": bool(free) and not others,
        "places_url": f"{here}?{urlencode({'kantor': EVERYWHERE})}",
        "elsewhere": calendar_table.elsewhere(offices, office, chosen, here=here, replaced=""),
    }
    return render(request, "citizens/appointments/move_times.html", context)


def _question(
    request: HttpRequest, mine: Own, start: datetime.datetime, at: datetime.datetime
) -> HttpResponse:
    """From and to, before anything is moved. A time that is not free any more leads to the others."""
    found = mine.appointment
    code = typed.text(request.GET, "kantor")
    if _place(found) == (code, start):
        return redirect("appointment", found.token)
    day = local_date(start)
    offices = availability.days(party=mine.party, at=at)
    office = next((one for one in offices if one.code == code), None)
    if office is None:
        return _choose_again(found, TAKEN)
    free = availability.times(party=mine.party, office=code, day=day, at=at)
    if start not in {time.start for time in free}:
        return _choose_again(found, TAKEN, kantor=code, tanggal=day.isoformat())
    context = _from_and_to(found, start, office.name) | {"office_code": code}
    return render(request, "citizens/appointments/move_question.html", context)


def _move(request: HttpRequest, mine: Own, at: datetime.datetime) -> HttpResponse:
    found = mine.appointment
    code, start = typed.text(request.POST, "kantor"), typed.moment(request.POST.get("waktu", ""))
    own_url = reverse("appointment", args=[found.token])
    if start is None or not code:
        return _choose_again(found, TAKEN)
    if _place(found) == (code, start):
        # Pressed twice, or back and pressed again: it is there already.
        return HttpResponseRedirect(f"{own_url}?diubah")
    if request.POST.get("urutan") != str(found.sequence):
        # Asked in another tab, of a time that has changed since: ask anew, from what it is now.
        return HttpResponseRedirect(_address(found, kantor=code, waktu=start.isoformat()))
    where = {"kantor": code, "tanggal": local_date(start).isoformat()}
    try:
        rescheduling.reschedule(
            appointment=found, office=code, start=start, at=at, actor=Actor.CITIZEN
        )
    except tuple(REFUSALS) as refused:
        return _choose_again(found, REFUSALS[type(refused)], **where)
    except appointments.TooLate:
        return _too_late(request, found, at, status=409)
    except appointments.StaleAppointment:
        return HttpResponseRedirect(own_url)
    return HttpResponseRedirect(f"{own_url}?diubah")


def _from_and_to(found: Appointment, start: datetime.datetime, office: str) -> dict[str, object]:
    return {
        "rows": [
            {
                "label": _("From"),
                "value": wording.when(found.starts_at),
                "lines": [found.office.name],
            },
            {"label": _("To"), "value": wording.when(start), "lines": [office]},
        ],
        "start": start.isoformat(),
        "sequence": found.sequence,
        "own_url": reverse("appointment", args=[found.token]),
        "times_url": reverse("reschedule", args=[found.token]),
    }


def _too_late(
    request: HttpRequest, found: Appointment, at: datetime.datetime, *, status: int
) -> HttpResponse:
    still = [
        _("Come at the time that you have: %(when)s.") % {"when": wording.when(found.starts_at)}
    ]
    cancel_url = ""
    if found.may_be_cancelled(at=at):
        cancel_url = reverse("cancel", args=[found.token])
        still.append(_("Cancel the appointment, then book another time."))
    context = {
        "title": _("The time can no longer be changed"),
        "reason": _(
            "It could be changed until %(when)s, so that the place can still be given to somebody."
        )
        % {"when": wording.when(found.reschedule_deadline)},
        "still": still,
        "cancel_url": cancel_url,
        "phone": found.office.phone,
        "own_url": reverse("appointment", args=[found.token]),
    }
    return render(request, "citizens/appointments/too_late.html", context, status=status)


def _place(found: Appointment) -> tuple[str, datetime.datetime]:
    """Where and when the visit is now."""
    return found.office.code, found.starts_at


def _refused(why: str) -> str:
    """Why the chosen time was not to be had, in a sentence; nothing has changed then."""
    return {
        TAKEN: _("That time was taken just now. Please choose another one."),
        FAMILY: _("Your family already has a visit on that day. Please choose another day."),
        NOT_SERVED: _("The service cannot be given at that time. Please choose another one."),
    }.get(why, "")


def _choose_again(found: Appointment, why: str, **where: str) -> HttpResponse:
    return HttpResponseRedirect(_address(found, tidak=why, **where))


def _address(found: Appointment, **query: str) -> str:
    return f"{reverse('reschedule', args=[found.token])}?{urlencode(query)}"
