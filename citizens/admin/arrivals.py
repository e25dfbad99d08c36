"""Arriving: with an appointment (the code, then the cards beside what was booked, then the number), or without."""

import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from citizens.admin import day_page, day_view, day_words, reception, reception_later, who
from citizens.admin.day_view import action
from citizens.domain import arrivals, day_control, identity, walk_in_judgement
from citizens.forms.day import CheckInForm, WalkInForm
from citizens.models import Office, Ticket


@action
def check_in(request: HttpRequest, office: Office) -> HttpResponse:
    """A code or a name shows who is expected; the code with "cocok" gives them their number."""
    form = CheckInForm(request.POST)
    if not form.is_valid():
        return day_view.page(request, office, check_in=form)
    at, code = timezone.now(), form.cleaned_data["code"]
    try:
        if "cocok" not in request.POST:
            found = arrivals.expected(office=office, code=code, at=at)
            return reception.compare(request, office, found, at=at)
        ticket = arrivals.check_in(office=office, code=code, at=at, staff=who.staff(request))
    except arrivals.AlreadyCheckedIn as error:
        ticket = error.ticket
    except arrivals.NotFound as error:
        if reception.is_name(code):
            return reception.by_name(request, office, form, at=at)
        form.refuse(day_words.check_in(error))
        return day_view.page(request, office, check_in=form)
    except arrivals.CheckInRefused as error:
        form.refuse(day_words.check_in(error))
        return day_view.page(request, office, check_in=form)
    if note := reception.note_of(ticket):
        messages.info(request, note)
    return day_view.back(request, office, nomor=ticket.number)


@action
def mismatch(request: HttpRequest, office: Office) -> HttpResponse | None:
    """Who stands here is not who was booked: no number from this appointment, and it is written down."""
    form = CheckInForm(request.POST)
    if not form.is_valid():
        return day_view.page(request, office, check_in=form)
    at = timezone.now()
    try:
        found = arrivals.expected(office=office, code=form.cleaned_data["code"], at=at)
    except arrivals.CheckInRefused as error:
        form.refuse(day_words.check_in(error))
        return day_view.page(request, office, check_in=form)
    identity.note_mismatch(appointment=found, at=at, staff=who.staff(request))
    messages.warning(
        request,
        _(
            "No number was given: the card is not of the person who is booked. An appointment is for nobody "
            "else. It stays for who is booked; whoever came may take a walk-in number."
        ),
    )
    return None


@action
def walk_in(request: HttpRequest, office: Office) -> HttpResponse:
    """Somebody without an appointment wants a number, or (with "nanti") a place on a later day.

    When no number can be given any more, the times of later days are offered at once. So they are when the estimate
    has no room; staff may decide otherwise there (with "tetap").
    """
    form = WalkInForm(request.POST, cases=day_page.walk_in_cases())
    if not form.is_valid():
        return day_view.page(request, office, walk_in=form)
    if "nanti" in request.POST:
        return reception_later.ask(request, office, form)
    try:
        return _give_number(request, office, form, at=timezone.now())
    except day_control.WalkInRefused as error:
        return reception_later.ask(
            request, office, form, refused=day_words.at_the_counter(error) or ""
        )


def _give_number(
    request: HttpRequest, office: Office, form: WalkInForm, *, at: datetime.datetime
) -> HttpResponse:
    """Gives the number and tells how many there is room for after it. Raises day_control.WalkInRefused."""
    case, key = form.chosen_case, form.cleaned_data["submission_key"]
    insists = "tetap" in request.POST
    # Pressed twice, the second press must not find that the first one took the last room.
    asks = not insists and not Ticket.objects.filter(submission_key=key).exists()
    room = walk_in_judgement.room(office=office, case=case, at=at) if asks else None
    if room == 0:
        return reception_later.ask(request, office, form, refused=reception.NO_ROOM, insist=True)
    issue = walk_in_judgement.issue_all_the_same if insists else arrivals.issue_walk_in
    ticket = issue(
        office=office,
        case=case,
        priority_group=form.chosen_priority,
        at=at,
        staff=who.staff(request),
        submission_key=key,
        phone=form.cleaned_data["phone"],
    )
    if asks:
        messages.info(request, reception.room_left(None if room is None else room - 1))
    return day_view.back(request, office, nomor=ticket.number)
