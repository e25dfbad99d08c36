"""What PostgreSQL refuses in a calendar, without any extension: two weeks, periods or days on top of each other."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from citizens.enums import HoursKind
from citizens.models import Weekday
from tests.factories.citizens import OfficeFactory, OpeningPeriodFactory, OpeningTemplateFactory
from tests.factories.planning import SpecialDayFactory, SpecialPeriodFactory

pytestmark = pytest.mark.django_db


def refused(by):
    return pytest.raises(IntegrityError, match=by)


def test_two_templates_of_a_kind_never_cover_the_same_day():
    office = OfficeFactory()
    OpeningTemplateFactory(
        office=office,
        valid_from=datetime.date(2027, 1, 1),
        valid_until=datetime.date(2027, 3, 1),
    )

    with refused("one_template_of_a_kind_a_day"), transaction.atomic():
        OpeningTemplateFactory(office=office, valid_from=datetime.date(2027, 2, 28))

    OpeningTemplateFactory(office=office, valid_from=datetime.date(2027, 3, 1))
    OpeningTemplateFactory(valid_from=datetime.date(2027, 2, 28))


def test_the_week_of_ramadan_lies_over_the_ordinary_ones():
    office = OfficeFactory()
    OpeningTemplateFactory(office=office, valid_until=datetime.date(2027, 3, 1))
    OpeningTemplateFactory(office=office, valid_from=datetime.date(2027, 3, 1))
    ramadan = {"office": office, "kind": HoursKind.RAMADAN}
    OpeningTemplateFactory(
        **ramadan, valid_from=datetime.date(2027, 2, 8), valid_until=datetime.date(2027, 3, 10)
    )

    with refused("one_template_of_a_kind_a_day"), transaction.atomic():
        OpeningTemplateFactory(**ramadan, valid_from=datetime.date(2027, 3, 9))


def test_periods_of_a_weekday_meet_but_never_overlap():
    morning = OpeningPeriodFactory(opens=datetime.time(8), closes=datetime.time(12))
    template = morning.template

    for opens, closes in [(11, 13), (9, 10), (8, 12)]:
        with refused("periods_of_a_weekday_never_overlap"), transaction.atomic():
            OpeningPeriodFactory(
                template=template, opens=datetime.time(opens), closes=datetime.time(closes)
            )

    OpeningPeriodFactory(template=template, opens=datetime.time(12), closes=datetime.time(13))
    OpeningPeriodFactory(
        template=template,
        weekday=Weekday.FRIDAY,
        opens=datetime.time(9),
        closes=datetime.time(10),
    )


def test_an_office_has_one_set_of_special_hours_a_day():
    special = SpecialDayFactory()
    SpecialPeriodFactory(day=special, opens=datetime.time(9), closes=datetime.time(12))

    with refused("one_special_day_a_date"), transaction.atomic():
        SpecialDayFactory(office=special.office, date=special.date)
    with refused("special_periods_never_overlap"), transaction.atomic():
        SpecialPeriodFactory(day=special, opens=datetime.time(11), closes=datetime.time(13))
