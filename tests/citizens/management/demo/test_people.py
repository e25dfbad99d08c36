import datetime

import pytest

from citizens import nik, phone
from citizens.enums import PriorityGroup
from citizens.management.demo import rhythm
from citizens.management.demo.people import NEWBORN_DAYS, People
from citizens.models import Service, ServiceCase

TODAY = datetime.date(2027, 3, 16)


def people(seed=1):
    return People(rhythm.chance(seed), subdistricts=["36.73.01.1001", "36.73.06.1013"])


def case(service="KTP", code="hilang", *, nik_required=True, home_office_only=False):
    return ServiceCase(
        service=Service(code=service, home_office_only=home_office_only),
        code=code,
        nik_required=nik_required,
    )


def test_every_nik_is_of_the_province_that_does_not_exist():
    drawn = [people_.nik for people_ in (people().draw(case(), on=TODAY) for _ in range(3))]

    for number in drawn:
        assert nik.parse(number, today=TODAY, allow_demo=True).province == nik.DEMO_PROVINCE
        with pytest.raises(nik.Invalid):
            nik.parse(number, today=TODAY)


def test_the_nik_agrees_with_the_date_of_birth():
    supply = people()

    for _ in range(200):
        person = supply.draw(case(), on=TODAY)
        assert not nik.birth_date_differs(person.nik, birth_date=person.birth_date, today=TODAY)


def test_nobody_is_drawn_twice():
    supply = people()

    drawn = [supply.draw(case(), on=TODAY) for _ in range(2000)]

    assert len({person.nik for person in drawn}) == 2000
    assert len({person.person_key for person in drawn}) == 2000


def test_niks_stay_unique_after_the_serials_of_one_kecamatan_are_used_up():
    supply = people()
    supply.count = 9990

    drawn = {supply.draw(case(), on=TODAY).nik for _ in range(30)}

    assert len(drawn) == 30
    assert {number[4:6] for number in drawn} == {"01", "02"}


def test_everybody_can_be_reached_at_an_invented_address_only():
    supply = people()

    for _ in range(300):
        person = supply.draw(case(), on=TODAY)
        assert person.phone or person.email
        assert not person.email or person.email.endswith("@example.com")
        assert not person.phone or phone.normalise(person.phone) == person.phone
        assert not person.phone or person.phone.startswith("+628110000")


@pytest.mark.parametrize(
    ("service", "code", "youngest", "oldest"),
    [
        ("KTP", "pertama", 16, 16),
        ("KTP", "hilang", 17, 74),
        ("KIA", "baru-balita", 0, 4),
        ("KIA", "baru-anak", 5, 15),
    ],
)
def test_people_have_the_age_of_their_case(service, code, youngest, oldest):
    supply = people()

    ages = {
        (TODAY - supply.draw(case(service, code), on=TODAY).birth_date).days // 365.25
        for _ in range(300)
    }

    assert youngest <= min(ages)
    assert max(ages) <= oldest


def test_a_newborn_has_no_nik_yet():
    supply = people()

    for _ in range(50):
        child = supply.draw(case("AKTA_LAHIR", "tepat-waktu", nik_required=False), on=TODAY)
        assert child.nik == ""
        assert 0 < (TODAY - child.birth_date).days <= NEWBORN_DAYS


def test_people_of_other_cities_come_only_where_they_are_served():
    supply = people()

    at_home = [supply.draw(case(home_office_only=True), on=TODAY) for _ in range(200)]
    anywhere = [supply.draw(case(), on=TODAY) for _ in range(200)]

    assert all(person.subdistrict for person in at_home)
    assert any(not person.subdistrict for person in anywhere)


def test_only_the_old_are_in_the_priority_group_of_the_old():
    supply = people()

    assert supply.priority(age=59, female=True) != PriorityGroup.ELDERLY
    assert PriorityGroup.ELDERLY in {supply.priority(age=60, female=True) for _ in range(20)}


def test_the_same_seed_gives_the_same_people():
    first, second = people(seed=5), people(seed=5)

    assert [first.draw(case(), on=TODAY) for _ in range(20)] == [
        second.draw(case(), on=TODAY) for _ in range(20)
    ]
