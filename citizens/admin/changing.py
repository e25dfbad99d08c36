"""Moving and cancelling an appointment for a citizen, with a reason that stays in the history."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citizens.admin import appointment_words, picking, record, record_page, who
from citizens.domain import appointments, rescheduling, wording
from citizens.domain import party as parties
from citizens.enums import Actor, AppointmentState
from citizens.forms.records import CancelForm, MoveForm
from citizens.models import Appointment

OVER = (appointments.TooLate, appointments.StaleAppointment)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows days and times, POST moves the visit to one of them."""
    at = timezone.now()
    found = record.appointment_to(request, pk, record.ARRANGE)
    if found.state != AppointmentState.BOOKED or at >= found.starts_at:
        return _back(request, found, appointments.StaleAppointment())
    pick = picking.pick(request, parties.of_appointment(found), at=at, own=found)
    form = MoveForm(request.POST or None, times=pick.times)
    if request.method == "POST" and pick.office and form.is_valid():
        try:
            rescheduling.reschedule(
                appointment=found,
                office=pick.office.code,
                start=form.chosen,
                at=at,
                actor=Actor.STAFF,
                staff=who.staff(request),
                reason=form.cleaned_data["reason"],
                office_caused=form.cleaned_data["office_caused"],
                overbook=form.overbook_reason,
            )
        except OVER as error:
            return _back(request, found, error)
        except appointment_words.REFUSALS as error:
            form.add_error("start", appointment_words.refusal(error))
        else:
            said = {"when": wording.when(form.chosen), "office": found.office}
            messages.success(request, _("Moved to %(when)s, %(office)s.") % said)
            return _to_record(found)
    context = {
        **admin.site.each_context(request),
        "title": _("Move the appointment"),
        "appointment": found,
        "code": record_page.code(found),
        "now": wording.when(found.starts_at),
        "pick": pick,
        "form": form,
    }
    return TemplateResponse(request, "admin/citizens/appointment/move.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks why, POST cancels."""
    at = timezone.now()
    found = record.appointment_to(request, pk, record.ARRANGE)
    if found.state != AppointmentState.BOOKED or at >= found.starts_at:
        return _back(request, found, appointments.StaleAppointment())
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            appointments.cancel(
                appointment=found,
                at=at,
                actor=Actor.STAFF,
                staff=who.staff(request),
                reason=form.cleaned_data["reason"],
                office_caused=form.cleaned_data["office_caused"],
            )
        except OVER as error:
            return _back(request, found, error)
        messages.success(request, _("The appointment is cancelled; its place is free again."))
        return _to_record(found)
    context = {
        **admin.site.each_context(request),
        "title": _("Cancel the appointment"),
        "appointment": found,
        "code": record_page.code(found),
        "now": wording.when(found.starts_at),
        "form": form,
    }
    return TemplateResponse(request, "admin/citizens/appointment/cancel.html", context)


def _back(request: HttpRequest, found: Appointment, error: Exception) -> HttpResponseRedirect:
    """To the record, with the reason why nothing was changed."""
    messages.error(request, appointment_words.refusal(error))
    return _to_record(found)


def _to_record(found: Appointment) -> HttpResponseRedirect:
    return redirect("admin:citizens_appointment_change", found.pk)
