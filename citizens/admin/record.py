"""The record of one appointment, and showing personal data of it in full: once, for a reason."""

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from citizens.admin import record_page, who
from citizens.domain import access
from citizens.enums import AppointmentState, Revealed
from citizens.forms.records import RevealForm
from citizens.models import Appointment

REVEAL = "citizens.reveal_personal_data"
ARRANGE = "citizens.arrange_appointments"


def appointment_to(request: HttpRequest, pk: int, permission: str) -> Appointment:
    """The appointment, for whoever has the permission and works at its office; 403, or 404 for another office."""
    who.require(request, permission)
    found = record_page.found(pk)
    if found is None or not who.staff(request).works_at(found.office):
        raise Http404
    return found


@never_cache
def show(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """The whole record; the caller has checked that it may be seen."""
    staff = who.staff(request)
    record = record_page.record(appointment, staff=staff)
    may_arrange = staff.has_perm(ARRANGE) and staff.works_at(appointment.office)
    begun = timezone.now() >= appointment.starts_at
    booked = appointment.state == AppointmentState.BOOKED
    context = {
        **admin.site.each_context(request),
        "title": _("Appointment %(code)s") % {"code": record.code},
        "record": record,
        "appointment": appointment,
        "new": "baru" in request.GET,
        "may_reveal": staff.has_perm(REVEAL),
        "may_change": may_arrange and booked and not begun,
        "begun": may_arrange and booked and begun,
        "sees_accesses": staff.has_perm("citizens.view_accesslog"),
    }
    return TemplateResponse(request, "admin/citizens/appointment/record.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, pk: int, field: str, visitor: int | None = None) -> HttpResponse:
    """GET asks why, POST shows it on this page alone, which is stored nowhere."""
    appointment = appointment_to(request, pk, REVEAL)
    if field not in Revealed.values or (field == Revealed.NIK) != (visitor is not None):
        raise Http404
    person = get_object_or_404(appointment.visitors, pk=visitor) if visitor else None
    form = RevealForm(request.POST or None)
    value = ""
    if request.method == "POST" and form.is_valid():
        try:
            value = access.reveal(
                appointment=appointment,
                field=Revealed(field),
                visitor=person,
                staff=who.staff(request),
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except access.NothingToShow as error:
            raise Http404 from error
    context = {
        **admin.site.each_context(request),
        "title": _("See in full: %(what)s") % {"what": Revealed(field).label},
        "appointment": appointment,
        "code": record_page.code(appointment),
        "person": person,
        "what": Revealed(field).label,
        "form": form,
        "value": value,
    }
    return TemplateResponse(request, "admin/citizens/appointment/reveal.html", context)
