"""Our calendar file, opened by two parsers that share no code: icalendar and ical."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from citizens.domain import appointments, calendar_file, papers, rescheduling
from citizens.enums import Actor
from citizens.models import VisitorService
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    AppointmentPlaceFactory,
    OfficeFactory,
    RequirementFactory,
    SlotFactory,
    VisitorServiceFactory,
)

pytestmark = pytest.mark.django_db

AT = MOMENT - datetime.timedelta(days=1)
LATER = MOMENT + datetime.timedelta(days=1)
URL = "https://layanan.example/j/token/"


@pytest.fixture
def appointment():
    made = AppointmentFactory(with_visitor=True)
    service = VisitorService.objects.get(visitor__appointment=made)
    slot = SlotFactory(office=made.office, group=service.group, start=MOMENT, taken=1)
    AppointmentPlaceFactory(appointment=made, slot=slot)
    SlotFactory(office=made.office, group=service.group, start=LATER)
    return made


def build(appointment):
    services = list(
        VisitorService.objects.filter(visitor__appointment=appointment).select_related(
            "visitor", "case__service"
        )
    )
    needed = papers.needed(appointment=appointment, services=services)
    return calendar_file.build(appointment=appointment, services=services, papers=needed, url=URL)


def opened(data):
    """The event as icalendar reads it, and as ical does, in the same words."""
    file = Calendar.from_ical(data)
    [event] = file.walk("VEVENT")
    yield {
        "method": str(file["METHOD"]),
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "start": event["DTSTART"].dt,
        "end": event["DTEND"].dt,
        "stamp": event["DTSTAMP"].dt,
        "changed": event["LAST-MODIFIED"].dt,
        "status": str(event["STATUS"]),
        "summary": str(event["SUMMARY"]),
        "location": str(event["LOCATION"]),
        "description": str(event["DESCRIPTION"]),
        "url": str(event["URL"]),
        "alarms": [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")],
    }
    [file] = IcsCalendarStream.from_ics(data.decode()).calendars
    [event] = file.events
    yield {
        "method": file.method,
        "uid": event.uid,
        "sequence": event.sequence,
        "start": event.dtstart,
        "end": event.dtend,
        "stamp": event.dtstamp,
        "changed": event.last_modified,
        "status": event.status.value,
        "summary": event.summary,
        "location": event.location,
        "description": event.description,
        "url": str(event.url),
        "alarms": [alarm.trigger for alarm in event.alarm],
    }


def same(data):
    """What both parsers read, once it is the same."""
    first, second = opened(data)
    assert first == second
    return first


def move(appointment, at):
    rescheduling.reschedule(
        appointment=appointment,
        office=appointment.office.code,
        start=LATER,
        at=at,
        actor=Actor.CITIZEN,
    )


def test_both_parsers_read_the_visit(appointment):
    RequirementFactory(case=appointment.visitors.get().services.get().case, text="Kartu Keluarga")

    event = same(build(appointment))

    assert event["method"] == "PUBLISH"
    assert event["status"] == "CONFIRMED"
    assert (event["start"], event["end"]) == (appointment.starts_at, appointment.ends_at)
    assert event["location"] == f"{appointment.office.name}, {appointment.office.address}"
    assert "- Kartu Keluarga" in event["description"]
    assert event["url"] == URL
    assert event["alarms"] == [datetime.timedelta(days=-1)]


def test_a_move_and_a_cancellation_are_updates_of_one_event(appointment):
    booked = same(build(appointment))
    move(appointment, AT)
    moved = same(build(appointment))
    appointments.cancel(appointment=appointment, at=AT + 5 * MINUTE, actor=Actor.CITIZEN)
    cancelled = same(build(appointment))

    versions = [booked, moved, cancelled]
    assert len({version["uid"] for version in versions}) == 1
    assert [version["sequence"] for version in versions] == [0, 1, 2]
    assert [version["method"] for version in versions] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert [version["start"] for version in versions] == [MOMENT, LATER, LATER]
    assert cancelled["status"] == "CANCELLED"
    assert cancelled["alarms"] == []
    for version, changed in zip(versions, (None, AT, AT + 5 * MINUTE), strict=True):
        assert version["stamp"] == version["changed"] == (changed or appointment.booked_at)


def test_a_calendar_that_follows_the_rules_ends_with_no_visit(appointment):
    """RFC 5546, 2.1.5: of one UID the highest SEQUENCE counts; CANCEL takes the event away."""
    calendar = {}

    def take(data):
        event = same(data)
        held = calendar.get(event["uid"])
        if held is None or event["sequence"] > held["sequence"]:
            calendar[event["uid"]] = event

    first = build(appointment)
    move(appointment, AT)
    second = build(appointment)
    # The older file, opened once more from an old message, does not bring the old time back.
    for data in (first, second, first):
        take(data)
    assert [event["start"] for event in calendar.values()] == [LATER]

    appointments.cancel(appointment=appointment, at=AT, actor=Actor.CITIZEN)
    take(build(appointment))

    assert [event["status"] for event in calendar.values()] == ["CANCELLED"]


def test_a_cancellation_with_nothing_else_changed_is_newer(appointment):
    first = same(build(appointment))
    appointments.cancel(appointment=appointment, at=AT, actor=Actor.CITIZEN)

    assert same(build(appointment))["sequence"] > first["sequence"]


def test_the_time_stands_in_the_office_zone_with_the_zone_in_the_file(appointment):
    text = build(appointment).decode()

    assert "DTSTART;TZID=Asia/Jakarta:20270316T092000\r\n" in text
    assert "DTEND;TZID=Asia/Jakarta:20270316T093500\r\n" in text
    [zone] = Calendar.from_ical(text).timezones
    offset = zone.to_tz().utcoffset(
        MOMENT.astimezone(ZoneInfo("Asia/Jakarta")).replace(tzinfo=None)
    )
    assert offset == datetime.timedelta(hours=7)


def test_midnight_of_the_office_is_its_own_day(appointment):
    appointment.starts_at = datetime.datetime(2027, 3, 15, 17, 15, tzinfo=datetime.UTC)
    appointment.ends_at = appointment.starts_at + 15 * MINUTE

    assert b"DTSTART;TZID=Asia/Jakarta:20270316T001500" in build(appointment)


def test_lines_are_folded_and_texts_escaped(appointment):
    appointment.office = OfficeFactory(
        name="Gedung A; lantai 2, ruang \\3", address="Jalan Jenderal Sudirman " * 6 + "é" * 30
    )

    data = build(appointment)

    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    assert b"LOCATION:Gedung A\\; lantai 2\\, ruang \\\\3\\, Jalan" in data
    assert same(data)["location"] == f"{appointment.office.name}, {appointment.office.address}"


def test_the_same_appointment_gives_the_same_bytes(appointment):
    assert build(appointment) == build(appointment)


def test_it_names_nobody(appointment):
    visitor = appointment.visitors.get()
    VisitorServiceFactory(visitor=visitor)

    text = same(build(appointment))

    assert visitor.full_name not in f"{text['summary']} {text['description']}"
    assert visitor.nik not in build(appointment).decode()


def test_every_paper_is_listed_once(appointment):
    case = appointment.visitors.get().services.get().case
    RequirementFactory(case=case, text="Pas foto", optional=True)

    assert same(build(appointment))["description"].count("- Pas foto (") == 1


def test_a_served_visit_stays_in_the_calendar(appointment):
    appointment.state = "served"

    assert same(build(appointment))["method"] == "PUBLISH"
