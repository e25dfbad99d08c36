"""The stops of the van and of the points as a calendar that others follow (RFC 5545, RFC 7986).

An event keeps its UID as long as office and day are the same; SEQUENCE is how often its day was changed by a proposal.
A stop that was called off or taken back stays as a cancelled event, so that calendars take it away.
"""

import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vDuration

from citizens.domain.roadshow import Feed, History, Key, Stop

REFRESH = datetime.timedelta(hours=6)


def build(*, feed: Feed, url: str, at: datetime.datetime) -> bytes:
    """The file, in UTF-8, with the office's zone in it; `url` is the whole address of the page."""
    file = Calendar()
    file.add("prodid", "-//Disdukcapil Kota Serang//Pelayanan keliling//ID")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    name = _("Mobile service of Disdukcapil Kota Serang")
    file.add("name", name)
    file.add("x-wr-calname", name)
    file.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", vDuration(REFRESH))
    for key, stop in feed.stops.items():
        file.add_component(_event(key, stop, feed.histories.get(key, History()), url, at))
    for key, history in feed.taken_back.items():
        file.add_component(_gone(key, history, at))
    file.add_missing_timezones()
    return bytes(file.to_ical())


def _event(key: Key, stop: Stop, history: History, url: str, at: datetime.datetime) -> Event:
    event = _begun(key, history, at, is_off=stop.is_off)
    event.add("summary", f"{stop.office_name}: {stop.place}")
    event.add("location", ", ".join(filter(None, (stop.place, stop.address))))
    if stop.hours:
        zone = ZoneInfo(settings.TIME_ZONE)
        opens, closes = stop.hours[0][0], stop.hours[-1][1]
        event.add("dtstart", datetime.datetime.combine(stop.date, opens, zone))
        event.add("dtend", datetime.datetime.combine(stop.date, closes, zone))
    else:
        event.add("dtstart", stop.date)
    periods = ", ".join(f"{opens:%H.%M}-{closes:%H.%M}" for opens, closes in stop.hours)
    lines = [_("Hours: %(hours)s") % {"hours": periods}, _("Every service is free of charge."), url]
    event.add("description", "\n".join(lines))
    event.add("url", url)
    return event


def _gone(key: Key, history: History, at: datetime.datetime) -> Event:
    """What was published of a day that is taken back, cancelled."""
    event = _begun(key, history, at, is_off=True)
    published = history.published or {}
    event.add("summary", published.get("place") or published.get("name", ""))
    event.add("dtstart", key[1])
    return event


def _begun(key: Key, history: History, at: datetime.datetime, *, is_off: bool) -> Event:
    office, date = key
    event = Event()
    event.add("uid", f"keliling-{office}-{date:%Y%m%d}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("sequence", history.changes)
    event.add("dtstamp", (history.changed_at or at).astimezone(datetime.UTC))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event
