import datetime

import pytest

from citizens.domain import slots
from citizens.domain.office_time import local_date, local_midnight
from citizens.models import Slot, Weekday
from tests.factories.citizens import (
    MOMENT,
    ClosedDayFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    OpeningTemplateFactory,
    SlotFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def template():
    """Tuesdays 08.00-12.00, slots of 15 minutes with 4 counters, 2 of them online."""
    capacity = OpeningCapacityFactory()
    OpeningPeriodFactory(template=capacity.template)
    return capacity.template


def test_a_day_is_filled_from_its_template(template):
    made = slots.top_up(at=MOMENT, days=1)

    first = Slot.objects.order_by("start").first()
    assert made == Slot.objects.count() == 16
    assert first.start == local_midnight(datetime.date(2027, 3, 16)) + datetime.timedelta(hours=8)
    assert (first.minutes, first.capacity, first.online, first.taken) == (15, 4, 2, 0)


def test_a_break_has_no_slots_and_a_slot_that_does_not_fit_is_left_out(template):
    OpeningPeriodFactory(template=template, opens=datetime.time(13), closes=datetime.time(13, 40))

    slots.top_up(at=MOMENT, days=1)

    afternoon = [f"{slots_start(slot):%H.%M}" for slot in Slot.objects.order_by("start")][16:]
    assert afternoon == ["13.00", "13.15"]


def slots_start(slot):
    return slot.start.astimezone(local_midnight(datetime.date(2027, 3, 16)).tzinfo)


def test_a_second_run_makes_nothing(template):
    slots.top_up(at=MOMENT)

    assert slots.top_up(at=MOMENT) == 0


def test_a_day_that_has_any_slot_is_left_as_the_supervisor_made_it(template):
    kept = SlotFactory(office=template.office, start=MOMENT + datetime.timedelta(hours=8))

    slots.top_up(at=MOMENT, days=1)

    assert list(Slot.objects.all()) == [kept]


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_closed_day_has_no_slots(template, everywhere):
    office = {} if everywhere else {"office": template.office}
    ClosedDayFactory(everywhere=everywhere, **office)

    assert slots.top_up(at=MOMENT, days=1) == 0


def test_a_template_ends_before_its_last_day(template):
    template.valid_until = datetime.date(2027, 3, 16)
    template.save()
    following = OpeningTemplateFactory(
        office=template.office, valid_from=datetime.date(2027, 3, 16)
    )
    OpeningPeriodFactory(template=following, opens=datetime.time(9), closes=datetime.time(10))
    OpeningCapacityFactory(template=following, slot_minutes=30)

    assert slots.top_up(at=MOMENT, days=1) == 2


def test_a_weekday_without_hours_has_no_slots(template):
    template.periods.update(weekday=Weekday.SUNDAY)

    assert slots.top_up(at=MOMENT, days=1) == 0


def test_the_day_changes_at_the_offices_midnight():
    late_evening_utc = datetime.datetime(2027, 3, 15, 17, 30, tzinfo=datetime.UTC)

    assert local_date(late_evening_utc) == datetime.date(2027, 3, 16)
    assert local_date(late_evening_utc - datetime.timedelta(hours=1)) == datetime.date(2027, 3, 15)


def test_a_template_with_too_much_online_makes_a_day_within_its_share(template):
    template.capacities.update(counters=4, online=4)
    OpeningCapacityFactory(template=template, counters=3, online=1, slot_minutes=20)

    slots.top_up(at=MOMENT, days=1)

    online = Slot.objects.order_by("minutes").values_list("minutes", "online").distinct()
    assert [*online] == [(15, 2), (20, 1)]


def test_a_single_desk_is_booked_online(template):
    template.capacities.update(counters=1, online=1)

    slots.top_up(at=MOMENT, days=1)

    assert set(Slot.objects.values_list("online", flat=True)) == {1}
