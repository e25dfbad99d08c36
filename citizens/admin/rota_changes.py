"""What changes the rota. Each change is proposed first: it leads to the page that shows what it does to whom."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from citizens.admin import planning_words, rota_words, who
from citizens.domain import proposals, rota_week, rota_wishes
from citizens.domain.office_time import local_date
from citizens.domain.proposals import Wish
from citizens.enums import AbsenceKind
from citizens.forms.rota import AbsenceForm, EndForm, PresenceForm, ShiftForm
from citizens.models import Absence, Counter, Office, PresenceOrder, Shift, User, Weekday

PLAN = "citizens.plan_calendar"
ONE_DAY = datetime.timedelta(days=1)
ORDINARY = (Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY)
ASKED = require_http_methods(["GET", "HEAD", "POST"])


@ASKED
def shift(request: HttpRequest) -> HttpResponse:
    """Somebody is at a counter of an office from some day on."""
    office, at = _place(request), timezone.now()
    form = ShiftForm(
        request.POST if request.method == "POST" else None,
        today=local_date(at),
        people=_people(request, office, lent=True),
        counters=Counter.objects.filter(office=office, active=True).order_by("number"),
        initial={"weekdays": ORDINARY},
    )
    if not form.is_valid():
        return _page(request, office, form, _("New shift"))
    data = form.cleaned_data
    title = rota_words.shift_title(
        staff=data["staff"],
        counter=data["counter"],
        weekdays=data["weekdays"],
        first=data["first"],
        until=form.until,
    )
    wish = rota_wishes.shift(
        title=title,
        staff=data["staff"],
        counter=data["counter"],
        weekdays=data["weekdays"],
        first=data["first"],
        until=form.until,
        instead_of=form.instead_of,
    )
    return _propose(request, office, form, _("New shift"), wish, at)


@ASKED
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The shifts of one person at one counter over the same days end together."""
    who.require(request, PLAN)
    rows = Shift.objects.filter(counter__office__in=who.own_offices(request))
    first = get_object_or_404(rows.select_related("counter__office", "staff"), pk=pk)
    office, at = first.counter.office, timezone.now()
    today = local_date(at)
    post = next(
        post
        for post in rota_week.posts(office=office, day=first.valid_from)
        if first in post.shifts
    )
    form = EndForm(request.POST if request.method == "POST" else None, shift=first, today=today)
    title = _("End a shift")
    if not form.is_valid():
        return _page(request, office, form, title, what=rota_words.post_words(first, post.weekdays))
    until = form.cleaned_data["last"] + ONE_DAY
    wish = rota_wishes.end_shifts(
        title=rota_words.end_title(first, post.weekdays, until), shifts=post.shifts, until=until
    )
    return _propose(request, office, form, title, wish, at)


@ASKED
def absence(request: HttpRequest) -> HttpResponse:
    """Somebody of an office is not there on some days."""
    office, at = _place(request), timezone.now()
    form = AbsenceForm(
        request.POST if request.method == "POST" else None,
        today=local_date(at),
        people=_people(request, office, lent=False),
        initial={"kind": AbsenceKind.LEAVE},
    )
    title = _("New absence")
    if not form.is_valid():
        return _page(request, office, form, title)
    data, until = form.cleaned_data, form.until
    assert until is not None  # noqa: S101 - its last day is asked for
    staff, kind = data["staff"], AbsenceKind(data["kind"])
    offices = rota_wishes.offices_of(staff, first=data["first"], until=until)
    wish = rota_wishes.absence(
        title=rota_words.absence_title(staff, str(kind.label), data["first"], until),
        staff=staff,
        kind=kind,
        first=data["first"],
        until=until,
        note=data["note"],
        offices=offices or [office.pk],
    )
    if not offices:
        words = _("%(name)s has no shift on these days: no counter stays empty thereby.")
        messages.info(request, words % {"name": staff})
    return _propose(request, office, form, title, wish, at)


@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """An absence does not come, or ends today."""
    who.require(request, PLAN)
    office, at = _place(request), timezone.now()
    today = local_date(at)
    rows = rota_week.absences(office=office, day=today)
    found = get_object_or_404(Absence, pk=pk, pk__in=[row.pk for row in rows])
    offices = rota_wishes.offices_of(found.staff, first=today, until=found.until)
    wish = rota_wishes.take_back(
        title=rota_words.take_back_title(found),
        absence=found,
        today=today,
        offices=offices or [office.pk],
    )
    return _propose_at_once(request, office, wish, at)


@ASKED
def presence(request: HttpRequest) -> HttpResponse:
    """A circular orders that everybody is present."""
    office, at = _place(request), timezone.now()
    form = PresenceForm(
        request.POST if request.method == "POST" else None,
        today=local_date(at),
        offices=who.own_offices(request),
        may_all=who.staff(request).office_id is None,
        initial={"office": office},
    )
    title = _("Everybody present")
    if not form.is_valid():
        return _page(request, office, form, title)
    data, until = form.cleaned_data, form.until
    assert until is not None  # noqa: S101 - its last day is asked for
    wish = rota_wishes.presence(
        title=rota_words.presence_title(data["source"], data["first"], until),
        office=data["office"],
        first=data["first"],
        until=until,
        source=data["source"],
    )
    return _propose(request, office, form, title, wish, at)


@require_POST
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """An order does not hold any more; one of every office is lifted by whoever plans for every office."""
    who.require(request, PLAN)
    office, at = _place(request), timezone.now()
    today = local_date(at)
    own = who.staff(request).office_id
    rows = PresenceOrder.objects.filter(until__gt=today)
    rows = rows if own is None else rows.filter(office=own)
    found = get_object_or_404(rows, pk=pk)
    wish = rota_wishes.lift(title=rota_words.lift_title(found), order=found, today=today)
    return _propose_at_once(request, office, wish, at)


def _place(request: HttpRequest) -> Office:
    """The office of the address, for whoever plans; 403, or 404 for another one than one's own."""
    who.require(request, PLAN)
    return who.office_to_see(request, request.GET.get("kantor", ""))


def _people(request: HttpRequest, office: Office, *, lent: bool) -> QuerySet[User]:
    """Who belongs to an office, has a shift there, or belongs to none; `lent`: by whoever plans for all, anybody."""
    rows = User.objects.filter(is_active=True).order_by("full_name", "username")
    if lent and who.staff(request).office_id is None:
        return rows
    shifts = Shift.objects.filter(counter__office=office).values("staff")
    return rows.filter(Q(office=office) | Q(office=None) | Q(pk__in=shifts))


def _propose(
    request: HttpRequest,
    office: Office,
    form: Form,
    title: str,
    wish: Wish,
    at: datetime.datetime,
) -> HttpResponse:
    """On to the page of the proposal; what the calendar does not take is said at the form."""
    try:
        made = proposals.propose(wish=wish, staff=who.staff(request), at=at)
    except planning_words.REFUSALS as error:
        form.add_error(None, planning_words.refusal(error))
        return _page(request, office, form, title)
    return redirect("admin:citizens_proposal_change", made.pk)


def _propose_at_once(
    request: HttpRequest, office: Office, wish: Wish, at: datetime.datetime
) -> HttpResponse:
    """The same for a button without a form: a refusal is said on the rota."""
    try:
        made = proposals.propose(wish=wish, staff=who.staff(request), at=at)
    except planning_words.REFUSALS as error:
        messages.error(request, planning_words.refusal(error))
        return redirect(_rota(office))
    return redirect("admin:citizens_proposal_change", made.pk)


def _page(
    request: HttpRequest, office: Office, form: Form, title: str, **more: Any
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "office": office,
        "form": form,
        "rota_url": _rota(office),
        **more,
    }
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "admin/citizens/rota/change.html", context, status=status)


def _rota(office: Office) -> str:
    return f"{reverse('admin:citizens_shift_changelist')}?{urlencode({'kantor': office.code})}"
