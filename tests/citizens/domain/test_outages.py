import pytest

from citizens.domain import outages
from citizens.enums import OutageCause
from citizens.models import Outage, ServiceCase
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    OfficeFactory,
    ServiceCaseFactory,
    ServiceFactory,
    UserFactory,
)
from tests.factories.outage import OutageFactory

pytestmark = pytest.mark.django_db
HOUR = 60 * MINUTE


def report(**kwargs):
    usual = {
        "office": None,
        "services": [],
        "cause": OutageCause.CENTRAL_SYSTEM,
        "note": "",
        "starts_at": MOMENT,
        "expected_end": None,
        "at": MOMENT,
    }
    return outages.report(staff=UserFactory(), **usual | kwargs)


def told(at=MOMENT):
    return [notice.pk for notice in outages.current(at=at)]


def told_of(case, at=MOMENT):
    annotated = ServiceCase.objects.annotate(told=outages.touching("service", at=at))
    return outages.notices(annotated.get(pk=case.pk).told)


def test_a_report_says_who_and_when_and_what_it_touches():
    service, office = ServiceFactory(), OfficeFactory()

    made = report(office=office, services=[service], note="Listrik padam.", at=MOMENT + MINUTE)

    made.refresh_from_db()
    assert (made.office, [*made.services.all()]) == (office, [service])
    assert (made.reported_at, made.ended_at) == (MOMENT + MINUTE, None)


@pytest.mark.parametrize("end", [MOMENT, MOMENT - MINUTE])
def test_an_end_before_the_start_or_in_the_past_is_refused(end):
    with pytest.raises(outages.EndsTooEarly):
        report(expected_end=end)
    with pytest.raises(outages.EndsTooEarly):
        report(starts_at=MOMENT - HOUR, expected_end=end)

    assert not Outage.objects.exists()


def test_people_are_told_while_it_lasts():
    one = report(expected_end=MOMENT + HOUR)

    assert told(MOMENT - MINUTE) == []
    assert told(MOMENT) == [one.pk]
    assert told(MOMENT + HOUR) == []


def test_ended_twice_it_keeps_who_ended_it_first():
    one, first, second = report(), UserFactory(), UserFactory()

    outages.end(outage=one, at=MOMENT + MINUTE, staff=first)
    outages.end(outage=one, at=MOMENT + HOUR, staff=second)

    assert (one.ended_at, one.ended_by) == (MOMENT + MINUTE, first)
    assert told(MOMENT + MINUTE) == []


def test_an_announced_one_that_is_called_off_never_begins():
    one = report(starts_at=MOMENT + HOUR)

    outages.end(outage=one, at=MOMENT, staff=UserFactory())

    assert one.ended_at == MOMENT + HOUR
    assert told(MOMENT + HOUR) == []


def test_people_learn_that_it_lasts_longer():
    one = report(expected_end=MOMENT + MINUTE)

    outages.expect_end(outage=one, expected_end=MOMENT + HOUR, note="Masih dikerjakan.", at=MOMENT)

    [notice] = outages.current(at=MOMENT + 2 * MINUTE)
    assert (notice.expected_end, notice.note) == (MOMENT + HOUR, "Masih dikerjakan.")
    with pytest.raises(outages.EndsTooEarly):
        outages.expect_end(outage=one, expected_end=MOMENT, note="", at=MOMENT)


def test_one_that_has_ended_is_not_changed_any_more():
    one = OutageFactory(over=True)

    outages.expect_end(outage=one, expected_end=None, note="Lain", at=MOMENT)

    assert one.note == ""


def test_a_notice_names_the_office_and_the_services_in_both_languages(english):
    service = ServiceFactory()
    one = OutageFactory(services=[service], cause=OutageCause.PRINTER)

    [notice] = outages.current(at=MOMENT)

    assert (notice.office, notice.cause) == (one.office.name, OutageCause.PRINTER)
    assert [row.local("name") for row in notice.services] == [service.name_en]


def test_what_a_closed_office_cannot_do_is_no_news():
    OutageFactory(office__active=False)
    OutageFactory(everywhere=True)

    [notice] = outages.current(at=MOMENT)

    assert notice.office == ""


def test_a_service_knows_the_outages_that_touch_it():
    case, other = ServiceCaseFactory(), ServiceCaseFactory()
    everything = OutageFactory(everywhere=True, expected_end=MOMENT + HOUR, note="Sabar")
    printing = OutageFactory(services=[case.service, ServiceFactory()], starts_at=MOMENT - MINUTE)
    OutageFactory(over=True)

    assert [notice.pk for notice in told_of(case)] == [everything.pk, printing.pk]
    [notice] = told_of(other)
    assert (notice.expected_end, notice.note) == (MOMENT + HOUR, "Sabar")


def test_services_that_share_an_outage_tell_it_once():
    cases = [ServiceCaseFactory(), ServiceCaseFactory()]
    OutageFactory(everywhere=True)
    annotated = ServiceCase.objects.annotate(told=outages.touching("service", at=MOMENT))

    found = outages.notices(*(case.told for case in annotated.filter(pk__in=[c.pk for c in cases])))

    assert len(found) == 1


@pytest.mark.parametrize("count", [0, 3])
def test_any_number_of_outages_takes_one_query(count, django_assert_num_queries):
    for _index in range(count):
        OutageFactory(services=[ServiceFactory(), ServiceFactory()])
    case = ServiceCaseFactory()

    with django_assert_num_queries(1):
        assert len(outages.current(at=MOMENT)) == count
    with django_assert_num_queries(1):
        assert told_of(case) == []
