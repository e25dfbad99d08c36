""" "Cari janji": one box for whatever somebody can say. What is typed is never in an address or a log."""

from dataclasses import dataclass

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from citizens import masking, tokens
from citizens.admin import appointment_words, who
from citizens.domain import finding, wording
from citizens.forms.records import FindForm
from citizens.models import Appointment

SEE = "citizens.view_appointment"


@dataclass(frozen=True, slots=True)
class Found:
    """One appointment in the list of what was found."""

    appointment: Appointment

    @property
    def code(self) -> str:
        return tokens.display_code(self.appointment.code)

    @property
    def when(self) -> str:
        return f"{wording.local(self.appointment.starts_at):%d-%m-%Y %H.%M}"

    @property
    def kind(self) -> str:
        return appointment_words.TAG_KINDS[self.appointment.state]

    @property
    def phone(self) -> str:
        return masking.phone(self.appointment.phone)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """GET shows the box, POST what it finds."""
    who.require(request, SEE)
    form = FindForm(request.POST or None)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            found = finding.find(text=form.cleaned_data["text"], office=who.staff(request).office)
        except finding.TooShort:
            form.refuse(_("Write at least two letters of the name, or a whole number."))
    context = {
        **admin.site.each_context(request),
        "title": _("Find an appointment"),
        "form": form,
        "searched": found is not None,
        "found": [Found(row) for row in (found or [])[: finding.MOST]],
        "more": found is not None and len(found) > finding.MOST,
        "most": finding.MOST,
        "office": who.staff(request).office,
        "today": wording.day(timezone.now()),
    }
    return TemplateResponse(request, "admin/citizens/appointment/find.html", context)
