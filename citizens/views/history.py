"""What became of an appointment, told from its events: moves with from and to, and who cancelled and why."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from citizens.domain import wording
from citizens.enums import Actor, AppointmentState
from citizens.models import Appointment, AppointmentEvent


def read(appointment: Appointment) -> list[AppointmentEvent]:
    """Every event in order, with the places that a move names. One query."""
    return list(appointment.events.select_related("from_office", "to_office").order_by("at", "pk"))


def moves(events: Sequence[AppointmentEvent]) -> list[dict[str, object]]:
    """Rows for components/summary_list.html: when it was moved and by whom, from what, to what."""
    return [
        {
            "label": _("%(day)s, by %(whom)s")
            % {"day": wording.day(event.at), "whom": _whom(event)},
            "value": _("From %(when)s, %(office)s")
            % {"when": wording.when(event.from_starts_at), "office": event.from_office.name},
            "lines": [
                _("To %(when)s, %(office)s")
                % {"when": wording.when(event.to_starts_at), "office": event.to_office.name},
                *_reason(event),
            ],
        }
        for event in events
        if event.from_starts_at and event.from_office and event.to_starts_at and event.to_office
    ]


def last_move(events: Sequence[AppointmentEvent]) -> str:
    """What the last move changed, in sentences; empty when there was none."""
    event = next((event for event in reversed(events) if event.from_starts_at), None)
    if event is None or event.from_starts_at is None or event.from_office is None:
        return ""
    told = _("Changed by %(whom)s. Before, it was: %(when)s, %(office)s.") % {
        "whom": _whom(event),
        "when": wording.when(event.from_starts_at),
        "office": event.from_office.name,
    }
    return " ".join([told, *_reason(event)])


def cancelled(events: Sequence[AppointmentEvent]) -> str:
    """Who cancelled, when, and why; empty when nobody did."""
    event = next((one for one in events if one.to_state == AppointmentState.CANCELLED), None)
    if event is None:
        return ""
    told = _("Cancelled by %(whom)s on %(when)s.") % {
        "whom": _whom(event),
        "when": wording.when(event.at),
    }
    return " ".join([told, *_reason(event)])


def _whom(event: AppointmentEvent) -> str:
    return _("you") if event.actor == Actor.CITIZEN else _("the office")


def _reason(event: AppointmentEvent) -> list[str]:
    """The office's reason for what it caused itself; any other note is between staff."""
    if not (event.office_caused and event.reason):
        return []
    return [_("Reason: %(reason)s.") % {"reason": event.reason.rstrip(".")}]
