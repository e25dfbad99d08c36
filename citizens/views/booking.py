"""Booking, page by page: place and time, a hold, details, a check, done."""

import datetime
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citizens import masking, nik, phone, tokens
from citizens.domain import availability, booking, limits, wording
from citizens.domain.office_time import local_date
from citizens.enums import Language, PriorityGroup
from citizens.forms.booking import DetailsForm
from citizens.models import Appointment, Hold, ServiceCase, Slot, Subdistrict
from citizens.views import calendar_table
from citizens.views.limited import address_key, browser_of, limited, remember
from citizens.views.personal import personal
from citizens.views.services import case_or_404
from citizens.views.shared import from_here, shared

# A moment in another century is nonsense, and arithmetic on it may overflow.
FIRST_YEAR, LAST_YEAR = 2000, 2200


@require_safe
@shared(seconds=2, parameters=("kantor", "tanggal"))
def times(request: HttpRequest, service: str, case: str) -> HttpResponse:
    """Places with their earliest time; with ?kantor= the days and times of one place. Three queries."""
    at = timezone.now()
    found = case_or_404(service, case)
    offices = availability.days(case=found, at=at)
    replaced = request.GET.get("ganti", "")
    context = {
        "service": found.service.local("name"),
        "case": found.local("name"),
        "back_url": reverse("case", args=[service, case]),
        "full": "penuh" in request.GET,
        "replaced": replaced,
    }
    here = reverse("times", args=[service, case])
    office = next((o for o in offices if o.code == request.GET.get("kantor")), None)
    if office is None:
        context["places"] = calendar_table.places(offices, here=here, replaced=replaced)
        return _unless_kept(render(request, "citizens/booking/places.html", context), replaced)
    chosen = calendar_table.chosen_day(office, _date(request.GET.get("tanggal", "")))
    free = (
        availability.times(case=found, office=office.code, day=chosen.date, at=at)
        if chosen and chosen.free
        else []
    )
    context |= calendar_table.page(office, chosen, free, here=here, replaced=replaced)
    context["hold_url"] = reverse("hold", args=[service, case])
    context["elsewhere"] = calendar_table.elsewhere(offices, office, here=here, replaced=replaced)
    return _unless_kept(render(request, "citizens/booking/times.html", context), replaced)


@require_POST
@from_here
@limited(browser=limits.HOLD, address=limits.HOLD_ADDRESS)
def hold(request: HttpRequest, service: str, case: str) -> HttpResponse:
    """Keeps the chosen time for five minutes, then asks for the details."""
    found = case_or_404(service, case)
    office = _posted(request, "office")
    start = _moment(_posted(request, "start"))
    token = _posted(request, "replaced")
    replaced = Hold.objects.filter(token=token).first() if token else None
    browser = browser_of(request) or tokens.new()
    made = None
    with suppress(booking.SlotFull):
        made = start and booking.hold(
            case=found,
            office=office,
            start=start,
            browser=browser,
            at=timezone.now(),
            address=address_key(request),
            # What was typed for another case was checked by its rules, not by those of this one.
            answers=replaced.answers if replaced and replaced.case_id == found.pk else None,
        )
    if not made:
        day = wording.local(start).date().isoformat() if start else ""
        return _choose_again(found, office=office, day=day, replaced=replaced)
    # Nothing is asked twice: what was typed under an earlier hold only needs another look.
    response = redirect("check" if made.answers else "details", made.token)
    remember(response, browser)
    return response


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes, and how to reach them."""
    at = timezone.now()
    kept = _hold_or_404(token)
    if made := _made_of(kept, at):
        return _done(made)
    answers = booking.Answers.from_json(kept.answers) if kept.answers else None
    initial = (
        DetailsForm.initial_of(answers)
        if answers
        else {"language": get_language() or Language.INDONESIAN}
    )
    form = DetailsForm(request.POST or None, case=kept.case, today=local_date(at), initial=initial)
    if request.method == "POST" and form.is_valid():
        booking.keep_answers(hold=kept, answers=form.answers())
        return redirect("check", token)
    return render(
        request,
        "citizens/booking/details.html",
        _held(kept, at) | {"form": form},
        status=422 if form.errors else 200,
    )


@personal
@require_safe
def check(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that will be booked, each line with a way to change it."""
    at = timezone.now()
    kept = _hold_or_404(token)
    if not kept.answers:
        return redirect("details", token)
    answers = booking.Answers.from_json(kept.answers)
    return render(
        request,
        "citizens/booking/check.html",
        _held(kept, at)
        | {
            "rows": _summary(kept, answers),
            "differs": bool(answers.nik)
            and nik.birth_date_differs(
                answers.nik, birth_date=answers.birth_date, today=local_date(at)
            ),
            "details_url": reverse("details", args=[token]),
        },
    )


@personal
@require_POST
@limited(browser=limits.BOOK, address=limits.BOOK_ADDRESS)
def book(request: HttpRequest, token: str) -> HttpResponse:
    """Makes the appointment. Pressed twice, it leads twice to the same appointment."""
    at = timezone.now()
    kept = _hold_or_404(token)
    if not kept.answers:
        made = Appointment.objects.filter(submission_key=token).first()
        return _done(made) if made else redirect("details", token)
    answers = booking.Answers.from_json(kept.answers)
    try:
        return _done(booking.book(hold=kept, answers=answers, at=at))
    except booking.SlotFull:
        slot = _first_slot(kept)
        return _choose_again(
            kept.case,
            office=slot.office.code if slot else "",
            day=wording.local(slot.start).date().isoformat() if slot else "",
            replaced=kept,
        )
    except booking.AlreadyBooked:
        return render(
            request,
            "citizens/booking/already_booked.html",
            {"group": kept.case.service.group.local("name")},
            status=409,
        )


def _done(appointment: Appointment) -> HttpResponse:
    return HttpResponseRedirect(reverse("appointment", args=[appointment.token]) + "?baru")


def _made_of(kept: Hold, at: datetime.datetime) -> Appointment | None:
    """The appointment that a hold became: whoever goes back after booking finds it, not an empty form.

    Booking ends the hold and takes what was typed, so that any other hold costs no query.
    """
    if kept.answers or kept.is_alive(at=at):
        return None
    return Appointment.objects.filter(submission_key=kept.token).first()


def _hold_or_404(token: str) -> Hold:
    return get_object_or_404(Hold.objects.select_related("case__service__group"), token=token)


def _first_slot(kept: Hold) -> Slot | None:
    return (
        Slot.objects.filter(held_places__hold=kept)
        .select_related("office")
        .order_by("start")
        .first()
    )


def _held(kept: Hold, at: datetime.datetime) -> dict[str, object]:
    """What the pages of a hold say about it. One query."""
    slot = _first_slot(kept)
    return {
        "service": kept.case.service.local("name"),
        "case": kept.case.local("name"),
        "when": wording.when(slot.start) if slot else "",
        "office": slot.office.name if slot else "",
        "alive": kept.is_alive(at=at),
        "until": wording.clock(kept.expires_at),
        "book_url": reverse("book", args=[kept.token]),
        "times_url": f"{_times_url(kept.case)}?{urlencode({'ganti': kept.token})}",
    }


def _summary(kept: Hold, answers: booking.Answers) -> list[dict[str, object]]:
    change = reverse("details", args=[kept.token])
    subdistrict = (
        Subdistrict.objects.select_related("district").filter(code=answers.subdistrict).first()
        if answers.subdistrict
        else None
    )
    contact = [phone.display(answers.phone)] if answers.phone else []
    contact += [answers.email] if answers.email else []
    asked: list[tuple[str, object]] = [
        (_("Full name"), answers.full_name),
        (_("NIK"), masking.nik(answers.nik) if answers.nik else _("Not given")),
        (_("Date of birth"), f"{answers.birth_date:%d-%m-%Y}"),
        (_("Kelurahan"), subdistrict or _("Outside Kota Serang")),
        (_("Contact"), contact[0] if contact else _("None: write down the code")),
        (_("Language of our messages"), Language(answers.language).label),
        (
            _("To be served first"),
            PriorityGroup(answers.priority_group).label if answers.priority_group else _("No"),
        ),
    ]
    rows: list[dict[str, object]] = [
        {"label": label, "value": value, "change_url": change} for label, value in asked
    ]
    rows[4]["lines"] = contact[1:]
    return rows


def _date(text: str) -> datetime.date | None:
    """A day in ISO form, or None for anything else."""
    try:
        return parse_date(text)
    except ValueError:
        return None


def _posted(request: HttpRequest, name: str) -> str:
    """A posted text; PostgreSQL knows no NUL, and neither does anybody's keyboard."""
    return request.POST.get(name, "").replace("\0", "")


def _moment(text: str) -> datetime.datetime | None:
    """An aware moment in ISO form, or None for anything else."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    known = moment and timezone.is_aware(moment) and FIRST_YEAR < moment.year < LAST_YEAR
    return moment if known else None


def _unless_kept(page: HttpResponse, replaced: str) -> HttpResponse:
    """With the token of a hold in it, the page is as personal as the hold."""
    if replaced:
        page.headers["Cache-Control"] = "private, no-store"
        page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _times_url(case: ServiceCase) -> str:
    return reverse("times", args=[case.service.slug, case.code])


def _choose_again(
    case: ServiceCase, *, office: str, day: str, replaced: Hold | None
) -> HttpResponse:
    """Back to the times, with the reason; what was typed comes along with the hold it was typed under."""
    query = {"kantor": office, "tanggal": day, "penuh": "1"}
    if replaced:
        query["ganti"] = replaced.token
    return HttpResponseRedirect(f"{_times_url(case)}?{urlencode(query)}")
