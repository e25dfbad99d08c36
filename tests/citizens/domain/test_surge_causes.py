import datetime

import pytest

from citizens.domain import surge_causes
from citizens.enums import SurgeKind
from citizens.models import SurgeCause

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2026, 11, 24, 1, 0, tzinfo=datetime.UTC)


def test_every_named_kind_of_cause_has_a_usual_multiplier_with_its_source():
    assert set(surge_causes.usual()) == {*SurgeKind} - {SurgeKind.OTHER}
    assert all(one.source and one.multiplier > 1 for one in surge_causes.usual().values())


def test_the_causes_with_a_known_date_are_unconfirmed_assumptions_with_a_source():
    assert surge_causes.load(at=AT) == 3

    assert not SurgeCause.objects.filter(confirmed=True).exists()
    assert not SurgeCause.objects.filter(source="").exists()
    for made in SurgeCause.objects.all():
        made.full_clean()


def test_after_lebaran_2027_begins_on_the_first_working_day():
    surge_causes.load(at=AT)

    found = SurgeCause.objects.get(kind=SurgeKind.LEBARAN)

    assert (found.first_day, found.multiplier) == (datetime.date(2027, 3, 16), 2)


def test_what_the_office_deleted_does_not_come_back():
    surge_causes.load(at=AT)
    SurgeCause.objects.filter(kind=SurgeKind.SCHOOL).delete()

    assert surge_causes.load(at=AT) == 0
    assert not SurgeCause.objects.filter(kind=SurgeKind.SCHOOL).exists()


def test_what_is_over_is_not_added():
    assert surge_causes.load(at=AT + datetime.timedelta(days=365)) == 0
