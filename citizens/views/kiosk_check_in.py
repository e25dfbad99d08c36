"""Arriving with an appointment at the kiosk: the code, scanned or typed, then a fact that only the visitor knows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citizens.domain import arrivals, limits, lookup, self_service, wording
from citizens.domain.lookup import Fact
from citizens.enums import AppointmentState
from citizens.forms.kiosk import CodeForm, FactForm
from citizens.models import Kiosk
from citizens.views import language, typed
from citizens.views.kiosk import at_kiosk, refused, renew
from citizens.views.kiosk_number import too_many

LONGEST_FACT = 30


@at_kiosk
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """Asks for the code, and says nothing about it; then for the fact; then gives the number."""
    if request.method != "POST":
        return _code_page(request, kiosk, CodeForm())
    code = CodeForm(request.POST)
    if not code.is_valid():
        return _code_page(request, kiosk, code)
    known = {"code": code.cleaned_data["code"]}
    if wanted := request.POST.get(language.SWITCH):
        known["fact"] = typed.text(request.POST, "fact")[:LONGEST_FACT]
        return language.again(wanted, lambda: _fact_page(request, kiosk, FactForm(initial=known)))
    if "fact" not in request.POST:
        return _fact_page(request, kiosk, FactForm(initial=known))
    form = FactForm(request.POST)
    if not form.is_valid():
        return _fact_page(request, kiosk, form)
    return _arrive(request, kiosk, form)


def _arrive(request: HttpRequest, kiosk: Kiosk, form: FactForm) -> HttpResponse:
    at = timezone.now()
    if self_service.shut(kiosk=kiosk, at=at).day_ended:
        return refused(request, kiosk, _("No more numbers are given today"), status=409)
    code: str = form.cleaned_data["code"]
    fact: Fact = form.cleaned_data["fact"]
    counted = {
        limits.LOOKUP_CODE: code,
        limits.LOOKUP_CODE_DAY: code,
        limits.KIOSK_LOOKUP: str(kiosk.pk),
    }
    try:
        limits.check_all(counted=counted, at=at)
        ticket = self_service.check_in(kiosk=kiosk, code=code, fact=fact, at=at)
    except limits.TooMany as error:
        return too_many(request, kiosk, error, at=at)
    except lookup.NotFound:
        form.say_not_found()
        return _fact_page(request, kiosk, form)
    except arrivals.NotExpected as error:
        return _not_here(request, kiosk, error)
    return renew(request, redirect("kiosk_ticket", ticket.token))


def _code_page(request: HttpRequest, kiosk: Kiosk, form: CodeForm) -> HttpResponse:
    context = {"kiosk": kiosk, "form": form}
    status = 422 if form.errors else 200
    return render(request, "citizens/kiosk/code.html", context, status=status)


def _fact_page(request: HttpRequest, kiosk: Kiosk, form: FactForm) -> HttpResponse:
    context = {"kiosk": kiosk, "form": form}
    status = 422 if form.errors else 200
    return render(request, "citizens/kiosk/fact.html", context, status=status)


def _not_here(request: HttpRequest, kiosk: Kiosk, error: arrivals.NotExpected) -> HttpResponse:
    lead = _("You can take a walk-in number here, or ask the reception.")
    context = {"kiosk": kiosk, "title": _not_expected(error), "lead": lead}
    return render(request, "citizens/kiosk/refused.html", context, status=409)


def _not_expected(error: arrivals.NotExpected) -> str:
    """Why an appointment joins no queue here and now, to whoever has shown that it is theirs."""
    found = error.appointment
    facts = {"when": wording.when(found.starts_at), "office": found.office.name}
    match error:
        case arrivals.OtherDay():
            return _("Your appointment is on %(when)s, at %(office)s") % facts
        case arrivals.OtherOffice():
            return _("Your appointment is today, but at %(office)s") % facts
        case arrivals.DayOver():
            return _("Today's service is over; nobody is called any more")
        case _over if found.state == AppointmentState.CANCELLED:
            return _("Your appointment (%(when)s) was cancelled") % facts
        case _over:
            return _("Your appointment (%(when)s) is over") % facts
