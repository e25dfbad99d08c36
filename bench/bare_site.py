"""A bare but correct booking site: the least that Django needs to write the same rows as the portal, in as many requests.

The usual Django throughout: models, the ORM, a form, templates of a few lines. It locks the slot, counts what is
taken and held, and never sells a place twice. It knows one case, one person, no outage, no stock of cards and no
waiting list, and tells nobody why.
"""

import datetime
import os
from functools import cache

from django import forms
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
application = get_wsgi_application()

from django.db import transaction  # noqa: E402 - models need the settings above
from django.db.models import Count, F, Q  # noqa: E402 - the settings come first
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: E402 - the settings come first
from django.shortcuts import get_object_or_404, redirect  # noqa: E402 - the settings come first
from django.template import engines  # noqa: E402 - the settings come first
from django.urls import path  # noqa: E402 - the settings come first
from django.utils import timezone  # noqa: E402 - the settings come first
from django.utils.dateparse import parse_datetime  # noqa: E402 - the settings come first

from citizens import crypto, tokens  # noqa: E402 - the settings come first
from citizens.models import (  # noqa: E402 - the settings come first
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    AttemptCount,
    HeldPlace,
    Hold,
    ServiceCase,
    Slot,
    Subdistrict,
    Visitor,
    VisitorService,
)
from outreach.models import Message  # noqa: E402 - the settings come first

HOLD = datetime.timedelta(minutes=5)
HOUR = datetime.timedelta(hours=1)
REMINDERS = (datetime.timedelta(days=3), datetime.timedelta(days=1), datetime.timedelta(hours=2))
FRAME = (
    "<!doctype html><html lang=id><title>{title}</title><main><h1>{title}</h1>{body}</main></html>"
)


def _page(title: str, body: str) -> object:
    return engines["django"].from_string(FRAME.format(title=title, body=body))


TIMES = _page(
    "Waktu",
    """<form method="post" action="/simpan/">{% csrf_token %}<input type="hidden" name="office" value="{{ office }}">
    {% for slot in slots %}<button name="start" value="{{ slot.start.isoformat }}">{{ slot.start|time:"H.i" }}</button>
    {% endfor %}</form>""",
)
DETAILS = _page(
    "Data",
    """<p>{{ slot.office.name }}, {{ slot.start }}</p>
    <form method="post" action="">{% csrf_token %}{{ form.as_div }}<button name="book" value="1">OK</button></form>""",
)
DONE = _page(
    "Janji",
    "<p>{{ made.code }}</p><p>{{ made.office.name }}, {{ made.starts_at }}</p><p>{{ who }}</p>",
)


class DetailsForm(forms.Form):
    full_name = forms.CharField(max_length=120)
    nik = forms.RegexField(r"^\d{16}$")
    birth_date = forms.DateField(input_formats=["%d-%m-%Y"])
    subdistrict = forms.ModelChoiceField(
        Subdistrict.objects.select_related("district").order_by("name")
    )
    phone = forms.RegexField(r"^08\d{8,12}$")


def times(request: HttpRequest) -> HttpResponse:
    """The free times of one office on its first day that has one."""
    at, office = timezone.now(), request.GET.get("kantor", "")
    alive = Count("held_places", filter=Q(held_places__hold__expires_at__gt=at))
    free = Slot.objects.filter(
        office__code=office, start__gt=at + HOUR, group__services__cases=_case().pk
    ).annotate(held=alive)
    free = free.filter(taken__lt=F("released") - F("held")).order_by("start")
    first = free.first()
    day = first.start.date() if first else None
    slots = free.filter(start__date=day) if day else []
    return HttpResponse(TIMES.render({"slots": slots, "office": office}, request))


def hold(request: HttpRequest) -> HttpResponse:
    at, start = timezone.now(), parse_datetime(request.POST.get("start", ""))
    _count(request, "hold.address", at)
    with transaction.atomic():
        slot = get_object_or_404(
            Slot.objects.select_for_update(of=("self",)),
            office__code=request.POST.get("office", ""),
            start=start,
            group__services__cases=_case().pk,
        )
        if not _has_room(slot, at):
            return redirect(f"/waktu/?kantor={request.POST['office']}&penuh=1")
        kept = Hold.objects.create(
            token=tokens.new(), browser="", party="ktp.hilang", created_at=at, expires_at=at + HOLD
        )
        HeldPlace.objects.create(hold=kept, slot=slot)
    return redirect(f"/isi/{kept.token}/")


def details(request: HttpRequest, token: str) -> HttpResponse:
    kept = get_object_or_404(Hold, token=token)
    form = DetailsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        _count(request, "book.address", at)
        _count(request, "book", at)
        made = book(kept, form.cleaned_data, at)
        return (
            HttpResponseRedirect(f"/janji/{made.token}/") if made else redirect("/waktu/?penuh=1")
        )
    slot = Slot.objects.select_related("office").filter(held_places__hold=kept).first()
    return HttpResponse(DETAILS.render({"form": form, "slot": slot}, request))


@transaction.atomic
def book(kept: Hold, answers: dict, at: datetime.datetime) -> Appointment | None:
    slot = Slot.objects.select_for_update(of=("self",)).filter(held_places__hold=kept).first()
    if slot is None or not _has_room(slot, at, own=kept):
        return None
    made = Appointment.objects.create(
        token=tokens.new(),
        code=tokens.new_code(),
        submission_key=kept.token,
        office_id=slot.office_id,
        starts_at=slot.start,
        ends_at=slot.ends_at,
        phone=answers["phone"],
        subdistrict=answers["subdistrict"],
        privacy_notice="bare",
        booked_at=at,
    )
    key = crypto.person_key(
        nik=answers["nik"], full_name=answers["full_name"], birth_date=answers["birth_date"]
    )
    visitor = Visitor.objects.create(
        appointment=made,
        position=1,
        full_name=answers["full_name"],
        nik=answers["nik"],
        birth_date=answers["birth_date"],
        person_key=key,
    )
    case = _case()
    VisitorService.objects.create(
        visitor=visitor, case=case, group_id=slot.group_id, person_key=key, minutes=case.minutes
    )
    AppointmentPlace.objects.create(appointment=made, slot=slot)
    AppointmentEvent.objects.create(appointment=made, to_state="booked", at=at, actor="citizen")
    Slot.objects.filter(pk=slot.pk).update(taken=F("taken") + 1)
    Hold.objects.filter(pk=kept.pk).update(expires_at=at, answers=None)
    kept.places.all().delete()
    due = [at, *(slot.start - before for before in REMINDERS if slot.start - before - at >= HOUR)]
    Message.objects.bulk_create(
        _message(made, number, moment, at) for number, moment in enumerate(due)
    )
    return made


def appointment(request: HttpRequest, token: str) -> HttpResponse:
    made = get_object_or_404(Appointment.objects.select_related("office"), token=token)
    who = made.visitors.get().full_name
    return HttpResponse(DONE.render({"made": made, "who": who}, request))


@cache
def _case() -> ServiceCase:
    return ServiceCase.objects.get(service__code="KTP", code="hilang")


def _has_room(slot: Slot, at: datetime.datetime, own: Hold | None = None) -> bool:
    held = slot.held_places.filter(hold__expires_at__gt=at).exclude(hold=own).count()
    return slot.taken + held < slot.released


def _count(request: HttpRequest, name: str, at: datetime.datetime) -> None:
    """One more attempt of this address in this hour."""
    key = f"{name} {request.headers.get('X-Forwarded-For', '')}"
    hour = at.replace(minute=0, second=0, microsecond=0)
    counted, new = AttemptCount.objects.get_or_create(key=key, window=hour)
    if not new:
        AttemptCount.objects.filter(pk=counted.pk).update(count=F("count") + 1)


def _message(
    made: Appointment, number: int, due: datetime.datetime, at: datetime.datetime
) -> Message:
    return Message(
        appointment=made,
        starts_at=made.starts_at,
        office_id=made.office_id,
        channel="sms",
        purpose="reminder" if number else "confirmation",
        address=made.phone,
        language="id",
        body=f"Disdukcapil: janji {made.code}, {made.starts_at:%d-%m-%Y %H.%M}.",
        unique_key=f"{made.pk}:{number}",
        urgency=1,
        due_at=due,
        valid_until=made.starts_at,
        state_at=at,
        created_at=at,
    )


urlpatterns = [
    path("waktu/", times),
    path("simpan/", hold),
    path("isi/<str:token>/", details),
    path("janji/<str:token>/", appointment),
]
