import pytest
from django.utils import translation

from citizens.domain import papers
from citizens.domain.appointments import StaleAppointment
from citizens.models import PaperTick, VisitorService
from tests import racing
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    AppointmentFactory,
    RequirementFactory,
    ServiceCaseFactory,
    VisitorFactory,
    VisitorServiceFactory,
)

pytestmark = pytest.mark.django_db

AT = MOMENT - 600 * MINUTE


@pytest.fixture
def appointment():
    return AppointmentFactory()


@pytest.fixture
def case():
    return ServiceCaseFactory()


def services_of(appointment):
    rows = VisitorService.objects.filter(visitor__appointment=appointment)
    return list(rows.select_related("visitor").order_by("visitor__position", "pk"))


def book(appointment, *cases, name="Siti Aminah"):
    visitor = VisitorFactory(appointment=appointment, full_name=name)
    for case in cases:
        VisitorServiceFactory(visitor=visitor, case=case)


def needed(appointment):
    return papers.needed(appointment=appointment, services=services_of(appointment))


def tick(appointment, *keys):
    papers.tick(appointment=appointment, services=services_of(appointment), keys=keys, at=AT)


def ticked(appointment):
    return [paper.wordings[0] for paper in needed(appointment) if paper.ticked]


def test_papers_come_in_the_order_of_the_services_and_then_of_the_office(appointment, case):
    other = ServiceCaseFactory()
    RequirementFactory(case=other, short_text="a", text="Surat", sort_order=1)
    RequirementFactory(case=case, short_text="b", text="KTP", sort_order=2)
    RequirementFactory(case=case, short_text="c", text="KK", sort_order=1)
    book(appointment, case, other)

    assert [paper.wordings for paper in needed(appointment)] == [("KK",), ("KTP",), ("Surat",)]


def test_one_paper_that_two_cases_ask_for_is_listed_once_with_every_wording_and_for_whom(
    appointment, case
):
    other = ServiceCaseFactory()
    RequirementFactory(case=case, code="kk", short_text="KK", text="KK asli")
    RequirementFactory(case=other, code="kk", short_text="KK", text="KK asli atau fotokopi")
    book(appointment, case, other, name="Siti")
    book(appointment, case, name="Budi")

    [paper] = needed(appointment)

    assert paper.wordings == ("KK asli", "KK asli atau fotokopi")
    assert paper.for_whom == ("Siti", "Budi")


def test_forms_of_one_code_that_are_not_the_same_form_stay_apart(appointment, case):
    other = ServiceCaseFactory()
    RequirementFactory(case=case, code="formulir", short_text="formulir F-1.02")
    RequirementFactory(case=other, code="formulir", short_text="formulir F-1.03")
    book(appointment, case, other)

    assert len(needed(appointment)) == 2


def test_a_paper_is_optional_only_if_nobody_needs_it_for_certain(appointment, case):
    other = ServiceCaseFactory()
    RequirementFactory(case=case, code="kk", short_text="KK", optional=True)
    RequirementFactory(case=other, code="kk", short_text="KK")
    book(appointment, case)
    assert needed(appointment)[0].optional

    book(appointment, other)

    assert not needed(appointment)[0].optional


def test_only_papers_in_force_on_the_day_of_the_visit_are_asked_for(appointment, case):
    RequirementFactory(case=case, valid_until=DAY)
    RequirementFactory(case=case, valid_from=DAY, text="Berkas baru")
    book(appointment, case)

    assert [paper.wordings for paper in needed(appointment)] == [("Berkas baru",)]


def test_wordings_follow_the_language(appointment, case):
    RequirementFactory(case=case, text="Kartu Keluarga", text_en="Family card")
    book(appointment, case)

    with translation.override("en"):
        assert needed(appointment)[0].wordings == ("Family card",)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_one_query(appointment, rows, django_assert_num_queries):
    for _index in range(rows):
        case = ServiceCaseFactory()
        RequirementFactory.create_batch(rows, case=case)
        book(appointment, case)
    services = services_of(appointment)

    with django_assert_num_queries(1):
        papers.needed(appointment=appointment, services=services)


def test_a_tick_is_kept_and_can_be_taken_back(appointment, case):
    RequirementFactory(case=case, short_text="KK", text="KK")
    RequirementFactory(case=case, short_text="KTP", text="KTP")
    book(appointment, case)
    first, second = (paper.key for paper in needed(appointment))

    tick(appointment, first, second)
    assert ticked(appointment) == ["KK", "KTP"]

    tick(appointment, second)
    assert ticked(appointment) == ["KTP"]

    tick(appointment)
    assert ticked(appointment) == []


def test_ticking_twice_changes_nothing_more(appointment, case):
    RequirementFactory(case=case)
    book(appointment, case)
    [paper] = needed(appointment)

    tick(appointment, paper.key)
    first = PaperTick.objects.get()
    tick(appointment, paper.key)

    assert PaperTick.objects.get() == first


def test_one_tick_covers_every_case_that_asks_for_the_paper(appointment, case):
    other = ServiceCaseFactory()
    RequirementFactory(case=case, code="kk", short_text="KK")
    RequirementFactory(case=other, code="kk", short_text="KK")
    book(appointment, case, other)

    tick(appointment, needed(appointment)[0].key)

    assert PaperTick.objects.count() == 2


@pytest.mark.parametrize("key", ["", "0", "-1", "1e9", "kk", "\0", "9" * 40])
def test_what_names_no_paper_of_the_visit_is_ignored(appointment, case, key):
    RequirementFactory(case=case)
    book(appointment, case)
    foreign = RequirementFactory()

    tick(appointment, key, str(foreign.pk))

    assert not PaperTick.objects.exists()


def test_ticks_of_another_appointment_stay(appointment, case):
    RequirementFactory(case=case)
    book(appointment, case)
    other = AppointmentFactory()
    book(other, case, name="Budi")
    tick(other, needed(other)[0].key)

    tick(appointment)

    assert len(ticked(other)) == 1
    assert ticked(appointment) == []


@pytest.mark.parametrize("state", ["cancelled", "served"])
def test_a_visit_that_is_over_takes_no_ticks(case, state):
    over = AppointmentFactory(**{state: True})
    RequirementFactory(case=case)
    book(over, case)

    with pytest.raises(StaleAppointment):
        tick(over, needed(over)[0].key)

    assert not PaperTick.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_ten_times_at_once_ticks_once():
    appointment, case = AppointmentFactory(), ServiceCaseFactory()
    RequirementFactory(case=case)
    book(appointment, case)
    [paper] = needed(appointment)

    outcomes = racing.at_once(*[lambda: tick(appointment, paper.key)] * 10)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert PaperTick.objects.count() == 1
