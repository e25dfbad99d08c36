import datetime

import pytest
from django.db.models import F, Sum

from citizens.domain import release
from citizens.domain.office_time import local_midnight
from citizens.models import Release, Slot
from tests.factories.booking import ReleaseFactory
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    OfficeFactory,
    ServiceGroupFactory,
    SlotFactory,
)
from tests.racing import at_once

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
DAYS = datetime.timedelta(days=1)


@pytest.fixture
def day():
    """A day of twenty slots with two online places each, none of them open yet."""
    office, group = OfficeFactory(), ServiceGroupFactory()
    return [
        SlotFactory(
            office=office, group=group, start=MOMENT + number * 15 * MINUTE, online=2, released=0
        )
        for number in range(20)
    ]


def open_places():
    return Slot.objects.aggregate(total=Sum("released"))["total"]


def test_the_shares_open_two_weeks_two_days_and_a_morning_before(day):
    release.plan(day, at=MOMENT - 20 * DAYS)

    counted = {}
    for row in Release.objects.all():
        window = release.window_of(row.due_at)
        counted[window[0].date()] = counted.get(window[0].date(), 0) + row.places
        assert window[0] <= row.due_at <= window[1]
        assert window[1] - window[0] >= 2 * HOUR
    assert counted == {DAY - 14 * DAYS: 24, DAY - 2 * DAYS: 10, DAY: 6}
    assert open_places() == 0


def test_what_should_be_open_already_opens_at_once(day):
    release.plan(day, at=local_midnight(DAY - DAYS))

    assert open_places() == 34
    assert Release.objects.count() == 6


def test_places_open_in_small_batches_and_never_all_in_one_minute(day):
    release.plan(day, at=MOMENT - 20 * DAYS)

    moments = list(Release.objects.values_list("due_at", flat=True))
    assert max(moments.count(moment) for moment in moments) <= 2 * release.LARGEST_BATCH
    assert len(set(moments)) > 10


def test_only_what_is_due_opens_and_only_once(day):
    release.plan(day, at=MOMENT - 20 * DAYS)
    after_the_first_share = local_midnight(DAY - 13 * DAYS)

    assert release.release_due(at=after_the_first_share) == 24
    assert release.release_due(at=after_the_first_share) == 0
    assert open_places() == 24


def test_a_run_that_comes_days_late_opens_everything(day):
    release.plan(day, at=MOMENT - 20 * DAYS)

    release.release_due(at=MOMENT)

    assert not Slot.objects.exclude(released=F("online")).exists()
    assert not Release.objects.exists()


@pytest.mark.parametrize("online", [0, 1, 2, 3, 7])
def test_every_place_is_open_or_waits_to_be(online):
    slots = [SlotFactory(start=MOMENT, online=online, capacity=9, released=0)]

    release.plan(slots, at=MOMENT - 20 * DAYS)

    waiting = Release.objects.aggregate(total=Sum("places"))["total"] or 0
    assert open_places() + waiting == online


def test_a_place_that_came_back_opens_unannounced_and_early_enough():
    at = MOMENT - 5 * DAYS

    moments = {release.return_moment(start=MOMENT, at=at) for _ in range(50)}

    assert len(moments) == 50
    assert all(
        at + 30 * MINUTE <= moment <= local_midnight(DAY - 4 * DAYS) + 20 * HOUR
        for moment in moments
    )


def test_a_place_that_came_back_shortly_before_its_time_opens_soon():
    at = MOMENT - 90 * MINUTE

    due = release.return_moment(start=MOMENT, at=at)

    assert at + 3 * MINUTE <= due <= at + 10 * MINUTE


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_open_each_place_once():
    slot = SlotFactory(start=MOMENT, online=4, capacity=4, released=0)
    for _ in range(4):
        ReleaseFactory(slot=slot, due_at=MOMENT - DAYS)

    opened = at_once(*[lambda: release.release_due(at=MOMENT)] * 4)

    slot.refresh_from_db()
    assert sum(opened) == slot.released == 4
