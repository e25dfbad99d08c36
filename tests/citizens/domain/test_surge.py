import datetime

import pytest

from citizens.domain import proposals, surge, surge_measures
from citizens.domain.surge_measures import Limits, Measure
from citizens.models import Slot, SpecialDay
from tests.citizens.domain.measuring import measure
from tests.factories.citizens import (
    DAY,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    OpeningTemplateFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    SlotFactory,
    TicketFactory,
    UserFactory,
)
from tests.factories.planning import SpecialDayFactory, SurgeCauseFactory

ONE_DAY = datetime.timedelta(days=1)
WEEK = 7 * ONE_DAY
BUSY = DAY + 10 * WEEK  # far beyond what can be booked
LIMITS = Limits(desks=2, before=30, after=60)


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def group(case):
    return case.service.group


def open_on_tuesdays(group, *, counters=2, online=1, **kwargs):
    """From 8 to 12, in slots of a quarter of an hour: 16 of them."""
    office = OfficeFactory(**kwargs)
    template = OpeningTemplateFactory(office=office)
    OpeningPeriodFactory(template=template)
    OpeningCapacityFactory(template=template, group=group, counters=counters, online=online)
    return office


@pytest.fixture
def office(case, group):
    """Ten people came on each of the last four Tuesdays; a cause makes 50 of them on the busy one."""
    office = open_on_tuesdays(group)
    for ago in range(1, 5):
        day = QueueDayFactory(office=office, date=DAY - ago * WEEK)
        for _person in range(10):
            TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - ago * WEEK)
    SurgeCauseFactory(first_day=BUSY, days=7, multiplier=5)
    return office


def seen(office, day=BUSY):
    return surge.outlook(office=office, first=day, until=day + ONE_DAY, at=MOMENT)


def at_hand(office, limits=LIMITS, vans=()):
    found = seen(office)
    return surge_measures.situation(outlook=found, day=found.days[0], limits=limits, vans=vans)


# --- Forecast and planned -------------------------------------------------------------------------


def test_the_forecast_stands_beside_what_the_planned_desks_can_serve(office, group):
    day = seen(office).days[0]

    assert [one.group for one in day.groups] == [group.pk]
    assert (day.expected, day.capacity, day.short) == (50, 32, 18)


def test_a_day_that_nobody_planned_is_as_the_calendar_wants_it(office):
    day = seen(office).days[0]

    assert not Slot.objects.exists()
    assert not day.has_slots
    assert (day.groups[0].desks, day.groups[0].places, day.groups[0].online) == (2, 32, 16)


def test_a_day_with_slots_is_as_the_slots_are(office, group):
    start = datetime.datetime.combine(BUSY, MOMENT.timetz())
    SlotFactory(office=office, group=group, start=start, minutes=15, capacity=3)

    day = seen(office).days[0]

    assert day.has_slots
    assert (day.groups[0].desks, day.groups[0].desk_minutes, day.capacity) == (3, 45, 3)


def test_below_thirty_visits_a_visit_takes_a_slot(office):
    assert seen(office).days[0].groups[0].minutes == surge.Minutes(15)


def test_measured_minutes_replace_the_length_of_a_slot(office, case):
    measure(office, case)

    one = seen(office).days[0].groups[0]

    assert one.minutes == surge.Minutes(each=10, measured=30)
    assert one.capacity == 48


def test_a_closed_day_gets_nothing(office):
    ClosedDayFactory(everywhere=True, date=BUSY, name="Libur")

    day = seen(office).days[0]

    assert (day.forecast, day.groups, day.plan.why) == (None, (), "Libur")


def test_too_little_history_is_said_and_not_guessed(group):
    day = seen(open_on_tuesdays(group)).days[0]

    assert not day.is_known
    assert [one.forecast for one in day.groups] == [None]


def test_days_and_visits_cost_no_more_queries(office, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        seen(office)
    with django_assert_max_num_queries(15):
        surge.outlook(office=office, first=BUSY, until=BUSY + 21 * ONE_DAY, at=MOMENT)


# --- Measures and their effect --------------------------------------------------------------------


def test_longer_hours_bring_the_visits_of_the_minutes_more(office):
    found = surge_measures.effect(at_hand(office), [Measure.HOURS])

    # 90 minutes more: six slots of two desks.
    assert (found.served, found.short) == (12, 6)
    assert found.plan.hours[0].opens == datetime.time(7, 30)
    assert found.plan.hours[-1].closes == datetime.time(13)


def test_more_desks_go_no_further_than_needed(office, group):
    found = surge_measures.effect(at_hand(office, Limits(9, 0, 0)), [Measure.DESKS])

    assert found.plan.groups[group.pk].counters == 4
    assert (found.served, found.short) == (18, 0)


def test_several_measures_are_one_change(office):
    both = surge_measures.effect(at_hand(office), [Measure.DESKS, Measure.HOURS])

    assert both.measures == (Measure.HOURS, Measure.DESKS)
    assert (both.served, both.short) == (18, 0)


def test_more_places_online_keep_to_their_share(office):
    situation = at_hand(office, Limits(9, 0, 0))

    # One of two desks is 50 %, and two would be all of them; of the four desks that are needed two are 50 %.
    assert surge_measures.effect(situation, [Measure.ONLINE]).online == 0
    assert surge_measures.beside_the_others(situation, Measure.ONLINE).online == 16


def test_the_van_comes_before_the_door_with_its_own_desk(office, group):
    van = open_on_tuesdays(group, kind="mobile", counters=1)

    found = surge_measures.effect(at_hand(office, vans=[van]), [Measure.VAN])

    assert found.plan.van.is_planned
    assert (found.served, found.short) == (16, 2)


def test_a_van_that_is_promised_elsewhere_is_no_measure(office, group):
    van = open_on_tuesdays(group, kind="mobile", counters=1)
    SpecialDayFactory(office=van, date=BUSY, name="Kunjungan RW 5")

    assert at_hand(office, vans=[van]).van is None


# --- From the measure to the day ------------------------------------------------------------------


def applied(office, measures, vans=()):
    situation = at_hand(office, vans=vans)
    found = surge_measures.effect(situation, measures)
    edits = surge_measures.edits(
        situation, found, hours_name="Jam lebih panjang", van_name="Mobil", source="Lebaran"
    )
    wish = proposals.Wish(
        title="Lonjakan",
        edits=tuple(edits),
        first_day=BUSY,
        until=BUSY + ONE_DAY,
        offices=surge_measures.offices(situation, found),
    )
    staff = UserFactory()
    made = proposals.propose(wish=wish, staff=staff, at=MOMENT)
    proposals.apply(proposal=made, staff=staff, at=MOMENT)
    return found


def test_what_was_promised_is_what_the_applied_day_has(office, group):
    van = open_on_tuesdays(group, kind="mobile", counters=1)

    found = applied(office, [Measure.HOURS, Measure.DESKS, Measure.ONLINE, Measure.VAN], [van])

    day = seen(office).days[0]
    room = found.plan.groups[group.pk].counters * 22
    assert day.capacity == room
    assert day.groups[0].online == found.plan.online
    moved = SpecialDay.objects.get(office=van)
    assert (moved.date, moved.place, moved.name) == (BUSY, office.name, "Mobil")


def test_a_day_beyond_booking_is_planned_before_it_has_slots(office):
    applied(office, [Measure.HOURS])

    assert not Slot.objects.exists()
    assert seen(office).days[0].capacity == 44


def test_longer_hours_keep_what_a_special_day_says_already(office):
    special = SpecialDayFactory(office=office, date=BUSY, name="Pelayanan luar", place="Alun-alun")
    special.periods.create(opens=datetime.time(9), closes=datetime.time(12))

    applied(office, [Measure.HOURS])

    found = SpecialDay.objects.get(office=office)
    assert (found.name, found.place, found.source) == (
        "Pelayanan luar",
        "Alun-alun",
        special.source,
    )
    assert found.periods.get().opens == datetime.time(8, 30)
