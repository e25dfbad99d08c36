import datetime

import pytest

from citizens.domain import service_minutes
from citizens.models import Ticket
from tests.citizens.domain.measuring import measure
from tests.factories.citizens import MINUTE, MOMENT, OfficeFactory, ServiceCaseFactory


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def office(case):
    return OfficeFactory()


def measured(office, service_case, **which):
    found = service_minutes.measured(office=office, at=MOMENT)
    return found.of(group=service_case.service.group_id, **which)


def test_thirty_visits_are_a_measure_with_its_quartiles_and_count(office, case):
    measure(office, case)

    assert measured(office, case) == service_minutes.Measured(8, 10, 12, 30)


def test_twenty_nine_say_nothing(office, case):
    measure(office, case, count=29)

    assert measured(office, case) is None


def test_a_case_that_was_seen_often_has_a_measure_of_its_own(office, case):
    sister = ServiceCaseFactory(service=case.service)
    rare = ServiceCaseFactory(service=case.service)
    measure(office, case, minutes=(4, 4))
    measure(office, sister, minutes=(20, 20), days_ago=2)

    assert measured(office, case, case=case.pk).median == 4
    assert measured(office, case, case=sister.pk).median == 20
    assert measured(office, case, case=rare.pk) == measured(office, case)
    assert measured(office, case).count == 60


def test_only_the_last_twenty_days_with_a_queue_count(office, case):
    measure(office, case, count=2, days_ago=100)
    for ago in range(1, 21):
        measure(office, case, count=2, days_ago=ago)

    assert measured(office, case).count == 40


def test_today_and_another_office_do_not_count(office, case):
    measure(office, case, days_ago=0)
    measure(OfficeFactory(), case, days_ago=2)

    assert measured(office, case) is None


@pytest.mark.parametrize(
    "length",
    [
        pytest.param(datetime.timedelta(seconds=9), id="pressed-twice"),
        pytest.param(datetime.timedelta(hours=16), id="left-open-overnight"),
    ],
)
def test_what_cannot_be_a_visit_is_left_out(office, case, length):
    rows = measure(office, case, count=31)
    Ticket.objects.filter(pk=rows[0].pk).update(ended_at=rows[0].started_at + length)

    assert measured(office, case).count == 30


def test_people_who_were_not_served_are_no_measure(office, case):
    rows = measure(office, case, count=30)
    Ticket.objects.filter(pk=rows[0].pk).update(state="absent")

    assert measured(office, case) is None


def test_it_is_read_once_in_some_minutes(office, case, django_assert_num_queries):
    measure(office, case)

    with django_assert_num_queries(1):
        measured(office, case)
        service_minutes.measured(office=office, at=MOMENT + MINUTE)
