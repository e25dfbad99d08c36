"""Whoever booked long ago is asked whether they will come. No answer costs nothing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from citizens.domain import reconfirmation, wording
from citizens.domain.appointments import StaleAppointment, TooLate
from citizens.enums import AppointmentState
from citizens.views import own
from citizens.views.personal import personal


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def reconfirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks or says thank you, POST writes the answer down: a scanner that follows the link says nothing."""
    at = timezone.now()
    found = own.find_or_404(token).appointment
    if found.state != AppointmentState.BOOKED or at >= found.starts_at:
        # Its own page says what the appointment is now.
        return redirect("appointment", token)
    if request.method == "POST":
        try:
            reconfirmation.confirm(appointment=found, at=at)
        except (TooLate, StaleAppointment):
            return redirect("appointment", token)
        return redirect("reconfirm", token)
    context = {
        "answered": found.reconfirmed_at is not None,
        "when": wording.when(found.starts_at),
        "office": found.office.name,
        "own_url": reverse("appointment", args=[token]),
        "move_url": reverse("reschedule", args=[token]) if found.may_be_moved(at=at) else "",
        "cancel_url": reverse("cancel", args=[token]) if found.may_be_cancelled(at=at) else "",
    }
    return render(request, "citizens/appointments/reconfirm.html", context)
