"""An appointment as a calendar file (RFC 5545, RFC 5546), which a calendar takes as one event that changes.

The event keeps its UID; SEQUENCE rises with every move and with the cancellation, and METHOD says which it is.
A calendar that has the event already replaces it, or takes it away.
"""

import datetime
from collections.abc import Sequence
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration, vText

from citizens import tokens
from citizens.domain import wording
from citizens.domain.papers import Paper
from citizens.enums import AppointmentState
from citizens.models import Appointment, VisitorService

ALARM = datetime.timedelta(days=-1)
# How often a calendar that follows the file asks whether the time has changed.
REFRESH = datetime.timedelta(hours=6)


def build(
    *,
    appointment: Appointment,
    services: Sequence[VisitorService],
    papers: Sequence[Paper],
    url: str,
    address: str = "",
) -> bytes:
    """The file, in UTF-8, with the office's zone in it; `url` is the whole address of the own page.

    `address` is where to come to, if not to the office's own address.

    Needs appointment.office, and of each service its case and service. It names nobody: calendars are shared.
    The same appointment always gives the same bytes.
    """
    cancelled = appointment.state == AppointmentState.CANCELLED
    file = Calendar()
    file.add("prodid", "-//Disdukcapil Kota Serang//Janji temu//ID")
    file.add("version", "2.0")
    file.add("method", "CANCEL" if cancelled else "PUBLISH")
    file.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", vDuration(REFRESH))
    event = _event(appointment, services, papers, url)
    where = f"{appointment.office.name}, {address or appointment.office.address}"
    event.add("location", where)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if not cancelled:
        event.add_component(_alarm(event))
    file.add_component(event)
    file.add_missing_timezones()
    return bytes(file.to_ical())


def _event(
    appointment: Appointment,
    services: Sequence[VisitorService],
    papers: Sequence[Paper],
    url: str,
) -> Event:
    changed = (appointment.changed_at or appointment.booked_at).astimezone(datetime.UTC)
    event = Event()
    event.add("uid", f"{appointment.code}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", changed)
    event.add("created", appointment.booked_at.astimezone(datetime.UTC))
    event.add("last-modified", changed)
    event.add("dtstart", wording.local(appointment.starts_at))
    event.add("dtend", wording.local(appointment.ends_at))
    event.add("summary", f"Disdukcapil Kota Serang: {', '.join(_titles(services))}")
    event.add("description", "\n".join(_lines(appointment, papers, url)))
    event.add("url", url)
    event.add("class", "PRIVATE")
    event.add("organizer", _organizer())
    return event


def _titles(services: Sequence[VisitorService]) -> list[str]:
    """The services of the visit, each once."""
    return list(dict.fromkeys(row.case.service.local("name") for row in services))


def _lines(appointment: Appointment, papers: Sequence[Paper], url: str) -> list[str]:
    lines = [_("Code: %(code)s") % {"code": tokens.display_code(appointment.code)}]
    if papers:
        lines.append(_("Bring:"))
    for paper in papers:
        words = paper.wordings[0]
        lines.append(f"- {words} ({_('if it applies')})" if paper.optional else f"- {words}")
    return [*lines, _("Every service is free of charge."), url]


def _organizer() -> vCalAddress:
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    if name:
        organizer.params["CN"] = vText(name)
    return organizer


def _alarm(event: Event) -> Alarm:
    """One day before; shown with the words of the event."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", ALARM)
    alarm.add("description", event["summary"])
    return alarm
