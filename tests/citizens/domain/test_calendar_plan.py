"""Which table of the calendar has a say on a day, and what the rota takes away."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citizens.domain import availability, calendar_plan, opening_hours, party
from citizens.enums import AbsenceKind, HoursKind
from tests.factories.citizens import (
    DAY,
    MOMENT,
    ClosedDayFactory,
    CounterFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    OpeningTemplateFactory,
    ServiceCaseFactory,
    SlotFactory,
)
from tests.factories.planning import (
    AbsenceFactory,
    DayDesksFactory,
    PresenceOrderFactory,
    ShiftFactory,
    SpecialCapacityFactory,
    SpecialDayFactory,
    SpecialPeriodFactory,
)

pytestmark = pytest.mark.django_db

ONE_DAY = datetime.timedelta(days=1)


@pytest.fixture
def capacity():
    """Tuesdays 08.00-12.00, slots of 15 minutes with 4 counters, 2 of them online."""
    capacity = OpeningCapacityFactory()
    OpeningPeriodFactory(template=capacity.template)
    return capacity


@pytest.fixture
def office(capacity):
    return capacity.template.office


def wanted(office, day=DAY):
    """Slots, hour of the first, and counters of each group on a day."""
    calendar = calendar_plan.read(offices=[office.pk], first=day, until=day + ONE_DAY)
    return [
        (len(slots), slots[0].start.hour, slots[0].capacity, slots[0].online)
        for slots in calendar.slots(office=office.pk, day=day).values()
    ]


def hours(office, day=DAY):
    """The local hours of opening, as another module reads them."""
    zone = calendar_plan.Calendar(offices=[], first=day, until=day).zone
    return [
        (period.opens.astimezone(zone).hour, period.closes.astimezone(zone).hour)
        for period in opening_hours.of_day(office=office, date=day)
    ]


def test_the_ordinary_week_gives_the_slots(office):
    assert wanted(office) == [(16, 8, 4, 2)]
    assert hours(office) == [(8, 12)]


def test_the_week_of_ramadan_lies_over_the_ordinary_one(office, capacity):
    ramadan = OpeningTemplateFactory(
        office=office, kind=HoursKind.RAMADAN, valid_from=DAY, valid_until=DAY + ONE_DAY
    )
    OpeningPeriodFactory(template=ramadan, opens=datetime.time(9), closes=datetime.time(11))
    OpeningCapacityFactory(template=ramadan, group=capacity.group, counters=2, online=1)

    assert wanted(office) == [(8, 9, 2, 1)]
    assert hours(office) == [(9, 11)]
    assert wanted(office, DAY + 7 * ONE_DAY) == [(16, 8, 4, 2)]


def test_a_weekday_that_ramadan_leaves_out_is_closed(office):
    OpeningTemplateFactory(office=office, kind=HoursKind.RAMADAN, valid_from=DAY)

    assert wanted(office) == []
    assert hours(office) == []


def test_special_hours_keep_the_counters_of_the_week(office):
    special = SpecialDayFactory(office=office, date=DAY)
    SpecialPeriodFactory(day=special, opens=datetime.time(13), closes=datetime.time(14))

    assert wanted(office) == [(4, 13, 4, 2)]
    assert hours(office) == [(13, 14)]


def test_a_special_day_may_have_counters_of_its_own(office, capacity):
    special = SpecialDayFactory(office=office, date=DAY)
    SpecialPeriodFactory(day=special)
    SpecialCapacityFactory(day=special, group=capacity.group, counters=6, online=3)

    assert wanted(office) == [(12, 9, 6, 3)]


def test_special_hours_open_an_office_on_a_day_that_closes_every_other(office, capacity):
    ClosedDayFactory(everywhere=True)
    other = OfficeFactory()
    SlotFactory(office=other, group=capacity.group, start=MOMENT)
    SpecialPeriodFactory(day=SpecialDayFactory(office=office, date=DAY))
    SlotFactory(office=office, group=capacity.group, start=MOMENT, released=1)
    case = ServiceCaseFactory(service__group=capacity.group, minutes=10)

    assert wanted(office) == [(12, 9, 4, 2)]
    assert hours(office) == [(9, 12)]
    assert wanted(other) == []
    found = availability.next_times(
        party=party.of(case), at=MOMENT - datetime.timedelta(days=1), limit=9
    )
    assert [time.office for time in found] == [office.code]


def test_a_closed_day_of_the_office_stands_over_its_special_hours(office):
    SpecialPeriodFactory(day=SpecialDayFactory(office=office, date=DAY))
    ClosedDayFactory(office=office)

    assert wanted(office) == []
    assert hours(office) == []


def test_what_was_decided_for_a_day_replaces_the_numbers_of_its_group(office, capacity):
    DayDesksFactory(office=office, date=DAY, group=capacity.group, counters=1, online=1)

    assert wanted(office) == [(16, 8, 1, 1)]


def test_a_group_without_counters_is_closed_for_the_day(office, capacity):
    DayDesksFactory(office=office, date=DAY, group=capacity.group, counters=0, online=0)

    assert wanted(office) == []


@pytest.fixture
def shift(office, capacity):
    """A counter of the group, with one person on Tuesdays."""
    counter = CounterFactory(office=office)
    counter.groups.add(capacity.group)
    return ShiftFactory(counter=counter)


def test_leave_takes_a_desk_away_and_with_it_its_place_online(office, capacity, shift):
    capacity.template.capacities.update(counters=2, online=2)
    AbsenceFactory(staff=shift.staff, first_day=DAY)

    assert wanted(office) == [(16, 8, 1, 1)]
    assert wanted(office, DAY + 7 * ONE_DAY) == [(16, 8, 2, 1)]


def test_an_order_that_everybody_is_present_suspends_working_from_home_alone(office, shift):
    absence = AbsenceFactory(staff=shift.staff, first_day=DAY, kind=AbsenceKind.FROM_HOME)
    assert wanted(office) == [(16, 8, 3, 1)]

    PresenceOrderFactory(first_day=DAY)
    assert wanted(office) == [(16, 8, 4, 2)]

    absence.kind = AbsenceKind.ILL
    absence.save()
    assert wanted(office) == [(16, 8, 3, 1)]


def test_the_number_of_queries_does_not_grow(office, capacity):
    def read(days):
        with CaptureQueriesContext(connection) as queries:
            calendar_plan.read(offices=[office.pk, *others], first=DAY, until=DAY + days * ONE_DAY)
        return len(queries)

    others = []
    once = read(1)
    for day in range(3):
        special = SpecialDayFactory(office=office, date=DAY + day * ONE_DAY)
        SpecialPeriodFactory(day=special)
        SpecialCapacityFactory(day=special, group=capacity.group)
    ShiftFactory(counter__office=office)
    template = OpeningTemplateFactory()
    OpeningPeriodFactory(template=template)
    others = [template.office_id]

    assert read(60) <= once + 2  # two more where special days have rows to read
