"""Planned desks of one office and day: a plain page with a small form for each group."""

import datetime

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citizens.admin import who
from citizens.domain import planned_desks, wording
from citizens.domain.office_time import local_date
from citizens.forms.planned_desks import DesksForm
from citizens.models import Office, ServiceGroup

STEER, LOOK = "citizens.supervise_queue", "citizens.view_slot"
FARTHEST_DAYS = 366
REFUSALS = (
    planned_desks.MoreOnlineThanDesks,
    planned_desks.NothingPlanned,
    planned_desks.AlreadySold,
    planned_desks.ShareExceeded,
)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """?kantor= and ?tanggal= choose the day; a POST plans one group of it."""
    at = timezone.now()
    who.require(request, STEER, LOOK)
    office = who.office_to_see(request, request.GET.get("kantor", ""))
    date = _date(request.GET.get("tanggal", ""), today=local_date(at))
    if request.method == "POST":
        who.require(request, STEER)
        return _plan(request, office, date, at)
    context = {
        **admin.site.each_context(request),
        "title": _("Planned desks"),
        "office": office,
        "offices": who.own_offices(request),
        "date": date.isoformat(),
        "day": wording.day(date),
        "rows": planned_desks.overview(office=office, date=date, at=at),
        "may_plan": who.staff(request).has_perm(STEER),
    }
    return TemplateResponse(request, "admin/citizens/planned_desks/page.html", context)


def refusal(error: Exception) -> str:
    """In words and numbers, why the desks could not be planned so."""
    if isinstance(error, planned_desks.AlreadySold):
        first = error.slots[0]
        return _(
            "Not changed: people are booked. It takes at least %(online)s places online and %(desks)s counters; "
            "the first such slot is at %(time)s. Move people first, or plan more."
        ) % {
            "online": error.least_online,
            "desks": error.least_desks,
            "time": wording.clock(first.start),
        }
    if isinstance(error, planned_desks.ShareExceeded):
        return _(
            "Not changed: %(percent)s %% of the day's desk minutes would be online. At most %(most)s places online "
            "a slot would do for this group."
        ) % {"percent": error.day.percent, "most": error.most}
    if isinstance(error, planned_desks.MoreOnlineThanDesks):
        return _("Not changed: every place online needs a counter.")
    return _("Not changed: the group has no slots to come on this day.")


def _plan(
    request: HttpRequest, office: Office, date: datetime.date, at: datetime.datetime
) -> HttpResponse:
    code = request.POST.get("group", "").replace("\0", "")
    group = get_object_or_404(ServiceGroup, code=code)
    form = DesksForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write both numbers, from 0 to 60."))
        return _back(office, date)
    try:
        done = planned_desks.set_desks(
            office=office,
            date=date,
            group=group,
            counters=form.cleaned_data["counters"],
            online=form.cleaned_data["online"],
            staff=who.staff(request),
            at=at,
        )
    except REFUSALS as error:
        messages.error(request, refusal(error))
        return _back(office, date)
    words = _(
        "%(group)s: %(slots)s slots planned, %(added)s places online added, %(removed)s taken."
    )
    facts = {"slots": done.slots, "added": done.added, "removed": done.removed}
    messages.success(request, words % {"group": group.local("name"), **facts})
    return _back(office, date)


def _back(office: Office, date: datetime.date) -> HttpResponse:
    query = urlencode({"kantor": office.code, "tanggal": date.isoformat()})
    return HttpResponseRedirect(f"{reverse('admin:citizens_planned_desks')}?{query}")


def _date(text: str, *, today: datetime.date) -> datetime.date:
    """The day asked for; today for nonsense and for days that nobody plans."""
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None or not today <= found <= today + datetime.timedelta(days=FARTHEST_DAYS):
        return today
    return found
