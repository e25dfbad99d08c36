"""One's own counter on "Hari ini": pause, who is there, what may be taken back, and where people may be sent."""

import datetime
from dataclasses import dataclass

from citizens.admin import day_page, day_words, desk_card
from citizens.domain import undoing
from citizens.domain.office_time import local_date, local_midnight
from citizens.forms.desk import TransferForm
from citizens.models import Counter, DeskPause, DeskSession, Office, ServiceGroup, Ticket, User


@dataclass(frozen=True, slots=True)
class Undoable:
    """The last action of the counter, in words, and for how many whole seconds it may be taken back."""

    words: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Own:
    """The open counter of one person as seen at one office. `counter` is None while it is open elsewhere, or not."""

    session: DeskSession | None
    counter: Counter | None
    pause: DeskPause | None
    ticket: Ticket | None

    def state(self, *, at: datetime.datetime) -> str:
        """Changes with everything that another tab, a colleague or midnight can change here."""
        session = self.session.pk if self.session else 0
        ticket = self.ticket
        there = f"{ticket.pk}-{ticket.state}-{ticket.calls}" if ticket else "0"
        return f"{local_date(at)}.{session}.{int(self.pause is not None)}.{there}"


def own(user: User, office: Office, *, at: datetime.datetime) -> Own:
    """The counter that `user` has open, if it is one of `office`. At most three queries."""
    session = day_page.own_session(user, at=at)
    if session is None or session.counter.office_id != office.pk:
        return Own(session, None, None, None)
    pause = DeskPause.objects.filter(session=session, ended_at=None).first()
    return Own(session, session.counter, pause, day_page.at_counter(session.counter).first())


def undoable(session: DeskSession, *, at: datetime.datetime) -> Undoable | None:
    """What this counter may take back now."""
    event = undoing.last_action(session=session, at=at)
    if event is None:
        return None
    left = undoing.WITHIN - (at - event.at)
    return Undoable(day_words.taken_back(event), max(1, int(left.total_seconds())))


def transfer_form(
    ticket: Ticket, own_counter: Counter, data: object = None, *, at: datetime.datetime
) -> TransferForm:
    """Other services of the office's open counters, and other open counters of the same service. Two queries."""
    today = DeskSession.objects.open().filter(opened_at__gte=local_midnight(local_date(at)))
    open_now = Counter.objects.filter(
        office=own_counter.office_id, active=True, pk__in=today.values("counter")
    )
    groups = ServiceGroup.objects.filter(counters__in=open_now).exclude(pk=ticket.group_id)
    others = open_now.filter(groups=ticket.group_id).exclude(pk=own_counter.pk)
    return TransferForm(
        data,
        groups=groups.distinct().order_by("sort_order", "pk"),
        counters=others.order_by("number"),
    )


def card(found: Own, *, at: datetime.datetime) -> desk_card.Card | None:
    """The card of whoever is at the counter."""
    return desk_card.card(found.ticket, at=at) if found.ticket else None
