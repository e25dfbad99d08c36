import datetime

import pytest

from citizens.domain import availability, closures, party, slots
from citizens.domain.availability import Reason
from citizens.enums import AppointmentState, ClosedDayKind
from citizens.models import ClosedDay, Slot
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    ClosedDayFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    ServiceCaseFactory,
    SlotFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime.datetime(2027, 3, 15, 17, tzinfo=datetime.UTC)  # 00.00 WIB of DAY


@pytest.fixture
def office():
    return OfficeFactory()


def close(office, date=DAY, at=MOMENT):
    return closures.close_day(
        office=office,
        date=date,
        name="Cuti bersama",
        kind=ClosedDayKind.COLLECTIVE_LEAVE,
        source="SKB 3 Menteri",
        staff=UserFactory(),
        at=at,
    )


def test_a_closed_day_says_why_and_can_be_booked_no_more(office):
    case = ServiceCaseFactory()
    for day in range(2):
        start = MOMENT + datetime.timedelta(days=day)
        SlotFactory(office=office, group=case.service.group, start=start)

    assert close(office) == 0

    found = ClosedDay.objects.get()
    assert (found.name, found.kind, found.confirmed) == ("Cuti bersama", "collective", True)
    [days] = availability.days(party=party.of(case), at=MIDNIGHT)
    assert (days.day(DAY).reason, days.day(DAY).note) == (Reason.HOLIDAY, "Cuti bersama")


@pytest.mark.parametrize(
    ("starts_at", "hit"),
    [
        (MIDNIGHT - MINUTE, 0),
        (MIDNIGHT, 1),
        (MIDNIGHT + datetime.timedelta(days=1, minutes=-1), 1),
        (MIDNIGHT + datetime.timedelta(days=1), 0),
    ],
)
def test_it_counts_the_appointments_of_the_offices_day(office, starts_at, hit):
    AppointmentFactory(office=office, starts_at=starts_at)

    assert close(office) == hit


def test_it_counts_active_appointments_of_the_offices_that_close(office):
    for state in AppointmentState:
        AppointmentFactory(office=office, state=state)
    AppointmentFactory()

    assert close(office) == 2
    assert close(None, at=MOMENT) == 3


def test_appointments_stand_on_the_closed_day(office):
    appointment = AppointmentFactory(office=office)

    close(office)

    appointment.refresh_from_db()
    assert appointment.state == AppointmentState.BOOKED


def test_a_day_is_closed_once(office):
    close(office)

    with pytest.raises(closures.AlreadyClosed) as caught:
        close(office)

    assert caught.value.closed_day == ClosedDay.objects.get()


def test_a_day_that_has_passed_stays_as_it_was(office):
    yesterday = DAY - datetime.timedelta(days=1)
    passed = ClosedDayFactory(office=office, date=yesterday)

    with pytest.raises(closures.DayIsOver):
        close(office, date=yesterday - datetime.timedelta(days=1))
    with pytest.raises(closures.DayIsOver):
        closures.reopen_day(closed_day=passed, staff=UserFactory(), at=MOMENT)


def test_a_day_that_opens_again_gets_its_slots():
    capacity = OpeningCapacityFactory()
    OpeningPeriodFactory(template=capacity.template)
    close(capacity.template.office)
    slots.top_up(at=MOMENT)
    before = Slot.objects.count()

    made = closures.reopen_day(closed_day=ClosedDay.objects.get(), staff=UserFactory(), at=MOMENT)

    assert (made, Slot.objects.count() - before) == (16, 16)
    assert not ClosedDay.objects.exists()


def test_what_closes_every_office_stays_when_one_opens_again(office):
    close(None)
    close(office)

    closures.reopen_day(closed_day=office.closed_days.get(), staff=UserFactory(), at=MOMENT)

    assert ClosedDay.objects.get().office is None
