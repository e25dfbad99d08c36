"""A walk-in number at the kiosk, one question a page: the case, priority, a phone for who likes; then the number."""

import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from citizens import tokens
from citizens.domain import arrivals, day_control, limits, order, self_service, wording
from citizens.domain.arrivals import Punctuality
from citizens.domain.office_time import local_date
from citizens.enums import PriorityGroup
from citizens.forms.kiosk import NumberForm
from citizens.models import Kiosk, ServiceCase, Ticket
from citizens.views import language, typed
from citizens.views.kiosk import address, at_kiosk, case_url, qr, refused, renew

TAKE = "ambil"


@at_kiosk
@require_http_methods(["GET", "HEAD", "POST"])
def number(request: HttpRequest, kiosk: Kiosk) -> HttpResponse:
    """?layanan= asks for the case, ?keperluan= for priority; a POST asks for the phone, and gives the number."""
    cases = {address(case): case for case in self_service.cases(kiosk=kiosk)}
    if request.method == "POST":
        return _phone(request, kiosk, cases)
    if case := cases.get(typed.text(request.GET, "keperluan")):
        return _priority(request, kiosk, case)
    slug = typed.text(request.GET, "layanan")
    of_service = [case for case in cases.values() if case.service.slug == slug]
    if not of_service:
        return redirect("kiosk")
    context = {
        "kiosk": kiosk,
        "service": of_service[0].service.local("name"),
        "cases": [
            {
                "title": case.local("name"),
                "note": case.local("explanation"),
                "url": case_url(case),
            }
            for case in of_service
        ],
    }
    return render(request, "citizens/kiosk/cases.html", context)


@at_kiosk
@require_safe
def ticket(request: HttpRequest, kiosk: Kiosk, token: str) -> HttpResponse:
    """The number, large, and to be printed. One query beside that of the kiosk."""
    rows = Ticket.objects.select_related("queue_day", "case__service", "forecast")
    found = rows.filter(
        token=token, queue_day__office=kiosk.office, queue_day__date=local_date(timezone.now())
    ).first()
    if found is None:
        return redirect("kiosk")
    context = {
        "kiosk": kiosk,
        "ticket": found,
        "service": _name(found.case),
        "issued": wording.when(found.arrived_at),
        "forecast": getattr(found, "forecast", None),
        "told_by_phone": bool(found.phone),
        "note": _punctuality(found),
        "qr": qr(reverse("ticket", args=[found.token]), title=_("QR code of this number")),
    }
    return render(request, "citizens/kiosk/ticket.html", context)


def _priority(request: HttpRequest, kiosk: Kiosk, case: ServiceCase) -> HttpResponse:
    """Asks for a priority group; at once, when no number can be given, why."""
    try:
        self_service.refuse(kiosk=kiosk, group=case.service.group_id, at=timezone.now())
    except day_control.WalkInRefused as error:
        return _no_number(request, kiosk, error)
    groups: list[dict[str, Any]] = [
        {"title": label, "value": value} for value, label in PriorityGroup.choices
    ]
    context = {
        "kiosk": kiosk,
        "service": _name(case),
        "case": address(case),
        "submission_key": tokens.new(),
        "choices": [{"title": _("No, none of these"), "value": ""}, *groups],
    }
    return render(request, "citizens/kiosk/priority.html", context)


def _phone(request: HttpRequest, kiosk: Kiosk, cases: dict[str, ServiceCase]) -> HttpResponse:
    form = NumberForm(request.POST, cases=cases)
    if form.is_begun_wrong:
        return redirect("kiosk")
    if wanted := request.POST.get(language.SWITCH):
        return language.again(
            wanted, lambda: _phone_page(request, kiosk, form, asked=TAKE in request.POST)
        )
    if TAKE not in request.POST or not form.is_valid():
        return _phone_page(request, kiosk, form, asked=TAKE in request.POST)
    return _take(request, kiosk, form)


def _take(request: HttpRequest, kiosk: Kiosk, form: NumberForm) -> HttpResponse:
    at = timezone.now()
    try:
        limits.check(limit=limits.KIOSK_NUMBER, whom=str(kiosk.pk), at=at)
        made = self_service.take_number(
            kiosk=kiosk,
            case=form.chosen_case,
            priority_group=form.chosen_priority,
            phone=form.cleaned_data["phone"],
            submission_key=form.cleaned_data["submission_key"],
            at=at,
        )
    except limits.TooMany as error:
        return too_many(request, kiosk, error, at=at)
    except day_control.WalkInRefused as error:
        return _no_number(request, kiosk, error, status=409)
    return renew(request, redirect("kiosk_ticket", made.token))


def _phone_page(
    request: HttpRequest, kiosk: Kiosk, form: NumberForm, *, asked: bool
) -> HttpResponse:
    """The question for a phone; what is wrong with it is told only to who `asked` for the number with it."""
    if not asked:
        form.errors.pop("phone", None)
    context = {"kiosk": kiosk, "form": form, "service": _name(form.chosen_case), "take": TAKE}
    status = 422 if form.errors else 200
    return render(request, "citizens/kiosk/phone.html", context, status=status)


def _no_number(
    request: HttpRequest, kiosk: Kiosk, error: day_control.WalkInRefused, *, status: int = 200
) -> HttpResponse:
    lead = ""
    match error:
        case day_control.ServiceClosed():
            title = _("This service takes no more walk-ins today")
            lead = error.reason
        case self_service.NoRoom():
            title = _("Today's places for this service are taken")
            lead = _(
                "The counters are busy until closing with people who wait and people who are booked."
            )
        case _other:
            title = _("No more numbers are given today")
    return refused(request, kiosk, title, lead=lead, status=status)


def too_many(
    request: HttpRequest, kiosk: Kiosk, error: limits.TooMany, *, at: datetime.datetime
) -> HttpResponse:
    """The kiosk rests: until when, and that reception goes on."""
    lead = _("It works again at %(time)s.") % {"time": wording.clock(error.retry_at)}
    title = _("This kiosk was used very often just now")
    response = refused(request, kiosk, title, lead=lead, status=429)
    response.headers["Retry-After"] = str(max(1, round((error.retry_at - at).total_seconds())))
    return response


def _name(case: ServiceCase) -> str:
    return f"{case.service.local('name')}: {case.local('name')}"


def _punctuality(found: Ticket) -> str:
    """What to tell who came early or late; empty for anybody else."""
    if found.due_at is None:
        return ""
    due, day = found.due_at, found.queue_day
    match arrivals.punctuality(day=day, due_at=due, arrived_at=found.arrived_at):
        case Punctuality.EARLY:
            return _("You are early: your time is %(time)s. Your turn comes from %(from)s on.") % {
                "time": wording.clock(due),
                "from": wording.clock(due - order.EARLY),
            }
        case Punctuality.LATE:
            return _(
                "Your time was %(time)s. You are late, so this number waits like that of somebody without an "
                "appointment."
            ) % {"time": wording.clock(due)}
    return ""
