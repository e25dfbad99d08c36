"""What a counter does beside calling and serving: pause, put back, give up, set aside, transfer, take back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from citizens.admin import day_view, desk, who
from citizens.admin.day_view import action
from citizens.domain import counter, queue, setting_aside, undoing
from citizens.domain.office_time import local_date
from citizens.forms.desk import ParkForm
from citizens.models import Office, Ticket


@action
def pause(request: HttpRequest, office: Office) -> None:
    """Nobody is called to this counter for a while."""
    at = timezone.now()
    counter.pause(session=day_view.open_session(request, office, at=at), at=at)


@action
def go_on(request: HttpRequest, office: Office) -> None:
    """The pause is over."""
    at = timezone.now()
    counter.go_on(session=day_view.open_session(request, office, at=at), at=at)


@action
def put_back(request: HttpRequest, office: Office, ticket: int) -> None:
    """Nobody came yet: the number is called again later."""
    called = day_view.own_ticket(request, office, ticket)
    setting_aside.put_back(ticket=called, at=timezone.now(), staff=who.staff(request))
    messages.success(
        request,
        _("%(ticket)s is called again after %(count)s more numbers.")
        % {"ticket": called.label, "count": setting_aside.NUMBERS_BETWEEN},
    )


@action
def give_up(request: HttpRequest, office: Office, ticket: int) -> None:
    """Nobody came after three calls."""
    called = day_view.own_ticket(request, office, ticket)
    setting_aside.give_up(ticket=called, at=timezone.now(), staff=who.staff(request))
    messages.success(
        request,
        _("%(ticket)s did not come. Whoever turns up after all is put back in the line.")
        % {"ticket": called.label},
    )


@action
def park(request: HttpRequest, office: Office, ticket: int) -> HttpResponse | None:
    """The person at the counter waits for something; the next one may be called."""
    there = day_view.own_ticket(request, office, ticket)
    form = ParkForm(request.POST)
    if not form.is_valid():
        return day_view.page(request, office, park=form)
    setting_aside.park(
        ticket=there,
        reason=form.chosen_reason(),
        note=form.cleaned_data["note"],
        at=timezone.now(),
        staff=who.staff(request),
    )
    messages.success(
        request, _("%(ticket)s is set aside, and can be called back.") % {"ticket": there.label}
    )
    return None


@action
def transfer(request: HttpRequest, office: Office, ticket: int) -> HttpResponse | None:
    """The person goes on at another service or counter, with the same number."""
    at = timezone.now()
    there = day_view.own_ticket(request, office, ticket)
    session = day_view.open_session(request, office, at=at)
    form = desk.transfer_form(there, session.counter, request.POST, at=at)
    if not form.is_valid():
        return day_view.page(request, office, transfer=form)
    setting_aside.transfer(
        ticket=there,
        group=form.chosen_group(),
        to_counter=form.chosen_counter(),
        at=at,
        staff=who.staff(request),
        reason=form.cleaned_data["note"],
    )
    messages.success(
        request, _("%(ticket)s is next there, with the same number.") % {"ticket": there.label}
    )
    return None


@action
def call_back(request: HttpRequest, office: Office, ticket: int) -> None:
    """Somebody set aside, or who missed the call, comes to this counter."""
    at = timezone.now()
    session = day_view.open_session(request, office, at=at)
    counter.call_back(ticket=_todays_ticket(office, ticket), session=session, at=at)


@action
def turned_up(request: HttpRequest, office: Office, ticket: int) -> None:
    """Somebody who missed the calls is here after all, and waits again; anybody who serves may see it."""
    at = timezone.now()
    missed = _todays_ticket(office, ticket)
    setting_aside.turned_up(ticket=missed, at=at, staff=who.staff(request))
    messages.success(
        request,
        _("%(ticket)s waits again, and is called after %(count)s more numbers.")
        % {"ticket": missed.label, "count": setting_aside.NUMBERS_BETWEEN},
    )


@action
def undo(request: HttpRequest, office: Office) -> None:
    """The last action was a slip."""
    at = timezone.now()
    session = day_view.open_session(request, office, at=at)
    ticket = undoing.undo(session=session, at=at)
    messages.success(
        request,
        _("Taken back. %(ticket)s is again: %(state)s.")
        % {"ticket": ticket.label, "state": ticket.get_state_display()},
    )


def _todays_ticket(office: Office, pk: int) -> Ticket:
    """A ticket of the office; one of an earlier day is told to be stale."""
    ticket = get_object_or_404(
        Ticket.objects.select_related("queue_day"), pk=pk, queue_day__office=office
    )
    if ticket.queue_day.date != local_date(timezone.now()):
        raise queue.StaleTicket
    return ticket
