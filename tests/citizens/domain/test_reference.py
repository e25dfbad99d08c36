import datetime

import pytest
from django.db.models import Count, F, Q, Sum

from citizens.domain import reference
from citizens.enums import ClosedDayKind, OfficeKind, StandardPart
from citizens.models import (
    ClosedDay,
    Counter,
    District,
    OfferReason,
    Office,
    OpeningCapacity,
    OpeningPeriod,
    OpeningTemplate,
    Requirement,
    Service,
    ServiceCase,
    ServiceGroup,
    ServiceStandard,
    Slot,
    Subdistrict,
    Weekday,
)

pytestmark = pytest.mark.django_db

AT = datetime.datetime(2026, 11, 24, 1, 0, tzinfo=datetime.UTC)


def test_the_city_has_6_kecamatan_and_67_kelurahan():
    reference.load(at=AT)

    assert District.objects.count() == 6
    assert Subdistrict.objects.count() == 67
    assert not Subdistrict.objects.exclude(code__startswith=F("district_id")).exists()
    assert not Subdistrict.objects.filter(postal_code="").exists()


def test_two_kelurahan_of_one_name_are_told_apart_by_code():
    reference.load(at=AT)

    assert set(Subdistrict.objects.filter(name="Sukawana").values_list("code", flat=True)) == {
        "36.73.01.1008",
        "36.73.04.1007",
    }


def test_a_second_load_adds_nothing():
    reference.load(at=AT)

    assert not any(reference.load(at=AT).values())


def test_a_second_load_keeps_what_the_office_edited():
    reference.load(at=AT)
    Office.objects.filter(code="utama").update(address="Jl. Contoh 1", confirmed=True)
    paper = Requirement.objects.filter(case__service__code="KTP", case__code="hilang").earliest(
        "sort_order"
    )
    Requirement.objects.filter(pk=paper.pk).update(text="Surat kehilangan", valid_until=AT.date())
    Counter.objects.get(office__code="utama", number=1).groups.set(
        ServiceGroup.objects.filter(code="kk")
    )

    reference.load(at=AT)

    assert Office.objects.get(code="utama").address == "Jl. Contoh 1"
    paper.refresh_from_db()
    assert paper.text == "Surat kehilangan"
    assert paper.valid_until == AT.date()
    assert Counter.objects.get(office__code="utama", number=1).groups.get().code == "kk"


def test_a_row_that_is_missing_is_added_again():
    reference.load(at=AT)
    OfferReason.objects.filter(code="no_phone").delete()

    added = reference.load(at=AT)

    assert added["reasons"] == 1
    assert OfferReason.objects.filter(code="no_phone").exists()


def test_the_main_hall_has_13_counters():
    reference.load(at=AT)

    assert Counter.objects.filter(office__code="utama").count() == 13


def test_there_is_one_main_office_a_point_in_every_kecamatan_and_a_van():
    reference.load(at=AT)

    kinds = dict(Office.objects.values_list("kind").annotate(Count("pk")))
    assert kinds == {OfficeKind.MAIN: 1, OfficeKind.DISTRICT: 6, OfficeKind.MOBILE: 1}
    assert (
        Office.objects.filter(kind=OfficeKind.DISTRICT).values("district").distinct().count() == 6
    )


def test_addresses_and_hours_are_marked_as_assumptions():
    reference.load(at=AT)

    assert not Office.objects.filter(Q(confirmed=True) | Q(note="")).exists()
    assert not OpeningTemplate.objects.filter(confirmed=True).exists()


def test_no_more_desks_are_planned_than_an_office_has_counters():
    reference.load(at=AT)

    for office in Office.objects.all():
        planned = OpeningCapacity.objects.filter(template__office=office).aggregate(Sum("counters"))
        assert planned["counters__sum"] == office.counters.count()


def test_walk_ins_keep_a_share_of_the_counters():
    reference.load(at=AT)

    for capacity in OpeningCapacity.objects.all():
        assert 1 <= capacity.online <= max(1, capacity.counters * 0.55)


def test_friday_has_the_longer_break():
    reference.load(at=AT)

    def hours(day):
        rows = OpeningPeriod.objects.filter(template__office__code="utama", weekday=day)
        return list(rows.order_by("opens").values_list("opens", "closes"))

    morning, afternoon = hours(Weekday.FRIDAY)
    assert (morning[1], afternoon[0]) == (datetime.time(11, 30), datetime.time(13, 30))
    morning, afternoon = hours(Weekday.THURSDAY)
    assert (morning[1], afternoon[0]) == (datetime.time(12), datetime.time(13))


def test_hours_that_the_office_removed_do_not_come_back():
    reference.load(at=AT)
    OpeningTemplate.objects.filter(office__code="utama").delete()

    reference.load(at=AT)

    assert not OpeningTemplate.objects.filter(office__code="utama").exists()


def test_a_paper_that_the_office_removed_does_not_come_back():
    reference.load(at=AT)
    Requirement.objects.filter(case__code="pertama", code="akta-nikah").delete()

    reference.load(at=AT)

    assert not Requirement.objects.filter(case__code="pertama", code="akta-nikah").exists()


def test_every_service_publishes_all_six_parts():
    reference.load(at=AT)

    for service in Service.objects.all():
        parts = (
            service.standards.exclude(text="").exclude(text_en="").values_list("part", flat=True)
        )
        assert set(parts) == set(StandardPart)


def test_every_service_says_that_it_is_free():
    reference.load(at=AT)

    costs = ServiceStandard.objects.filter(part=StandardPart.COST)
    assert all("GRATIS" in cost.text and "FREE" in cost.text_en for cost in costs)


def test_every_case_asks_for_a_paper_that_everybody_needs():
    reference.load(at=AT)

    assert not ServiceCase.objects.exclude(
        requirements__in=Requirement.objects.filter(optional=False)
    ).exists()


def test_no_paper_is_a_letter_from_rt_or_rw():
    reference.load(at=AT)

    assert not Requirement.objects.filter(text__regex=r"\mR[TW]\M").exists()


def test_only_a_confirmed_paper_names_a_law():
    reference.load(at=AT)

    def laws(*, confirmed):
        rows = Requirement.objects.filter(confirmed=confirmed)
        return set(rows.values_list("legal_reference", flat=True))

    assert laws(confirmed=False) == {reference.TO_BE_CONFIRMED}
    assert not laws(confirmed=True) & {"", reference.TO_BE_CONFIRMED}


def test_death_certificate_papers_wait_for_confirmation():
    reference.load(at=AT)

    assert not Requirement.objects.filter(case__service__code="AKTA_MATI", confirmed=True).exists()


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (ServiceGroup, "name"),
        (Service, "name"),
        (Service, "summary"),
        (ServiceCase, "name"),
        (ServiceCase, "explanation"),
        (Requirement, "text"),
        (OfferReason, "name"),
    ],
)
def test_every_text_is_there_in_both_languages(model, field):
    reference.load(at=AT)

    assert model.objects.exists()
    assert not model.objects.filter(Q(**{field: ""}) | Q(**{f"{field}_en": ""})).exists()


def test_rows_are_valid_by_their_own_rules():
    reference.load(at=AT)

    for model in (
        Office,
        Counter,
        Service,
        ServiceCase,
        Requirement,
        OpeningTemplate,
        OpeningCapacity,
        ClosedDay,
    ):
        for row in model.objects.all():
            row.full_clean()


def test_closed_days_come_as_holidays_and_as_collective_leave():
    reference.load(at=AT)

    christmas = ClosedDay.objects.get(date=datetime.date(2026, 12, 25))
    leave = ClosedDay.objects.get(date=datetime.date(2026, 12, 24))
    assert (christmas.kind, christmas.confirmed) == (ClosedDayKind.PUBLIC_HOLIDAY, True)
    assert (leave.kind, leave.confirmed) == (ClosedDayKind.COLLECTIVE_LEAVE, True)
    assert all(day.source.startswith("Pustaka holidays") for day in ClosedDay.objects.all())


def test_days_of_next_year_are_unconfirmed():
    reference.load(at=AT)

    assert ClosedDay.objects.filter(date__year=2027).exists()
    assert not ClosedDay.objects.filter(date__year=2027, confirmed=True).exists()


def test_an_estimate_is_unconfirmed_in_its_own_year():
    reference.load_closed_days(years=[2027], at=datetime.datetime(2027, 1, 2, tzinfo=datetime.UTC))

    days = ClosedDay.objects.filter(date__year=2027)
    assert days.filter(name__contains="(perkiraan)", confirmed=False).exists()
    assert not days.filter(name__contains="(perkiraan)", confirmed=True).exists()
    assert days.get(date=datetime.date(2027, 1, 1)).confirmed


def test_a_holiday_that_the_office_removed_does_not_come_back():
    reference.load(at=AT)
    ClosedDay.objects.filter(date=datetime.date(2026, 12, 24)).delete()

    added = reference.load(at=AT)

    assert added["closed days"] == 0
    assert not ClosedDay.objects.filter(date=datetime.date(2026, 12, 24)).exists()


def test_a_day_that_the_office_closed_first_is_kept():
    ClosedDay.objects.create(
        date=datetime.date(2026, 12, 25),
        name="Pindah gedung",
        kind=ClosedDayKind.OFFICE,
        source="SK",
        confirmed=True,
    )

    reference.load(at=AT)

    assert ClosedDay.objects.get(date=datetime.date(2026, 12, 25)).name == "Pindah gedung"


def test_the_next_year_is_read_in_the_office_zone():
    new_year_in_serang = datetime.datetime(2026, 12, 31, 18, 0, tzinfo=datetime.UTC)

    reference.load(at=new_year_in_serang)

    assert ClosedDay.objects.earliest("date").date.year == 2027


def test_setting_up_makes_the_slots_of_the_coming_days():
    added = reference.set_up(at=AT)

    assert added["slots"] == Slot.objects.count()
    assert set(Slot.objects.values_list("office__code", flat=True)) == set(
        Office.objects.values_list("code", flat=True)
    )


def test_a_second_load_is_a_handful_of_queries(django_assert_num_queries):
    reference.load(at=AT)

    with django_assert_num_queries(18):
        reference.load(at=AT)
