import datetime

import pytest
import time_machine
from django.urls import reverse

from citizens import crypto
from citizens.domain import booking
from citizens.domain import draft as drafts
from citizens.domain import party as parties
from citizens.enums import Attendance
from citizens.models import Appointment, Hold, Slot, Visitor
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    OfficeFactory,
    ServiceCaseFactory,
    SlotFactory,
    SubdistrictFactory,
)

pytestmark = pytest.mark.django_db
AT = MOMENT - datetime.timedelta(hours=2)
PARTY = "kia.baru,ktp.hilang"
KK = "3673 0101 0120 0001"
CHILD = {"full_name": "Ani", "nik": "", "birth_date": "01-02-2024"}
MOTHER = {"full_name": "Siti Aminah", "nik": "0010 0101 0190 0001", "birth_date": "01-01-1990"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def office():
    """An office with two half hours for both services."""
    office = OfficeFactory()
    kia = ServiceCaseFactory(
        service__code="KIA",
        code="baru",
        name="KIA baru",
        attendance=Attendance.PARENT,
        service__group__sort_order=1,
    )
    ktp = ServiceCaseFactory(
        service__code="KTP",
        code="hilang",
        name="KTP hilang",
        nik_required=True,
        service__group__sort_order=2,
    )
    for case in (kia, ktp):
        for number in range(4):
            SlotFactory(
                office=office, group=case.service.group, start=MOMENT + number * 15 * MINUTE
            )
    return office


@pytest.fixture
def contact():
    return {
        "booked_for": "self",
        "guardian_name": "Siti Aminah",
        "household": KK,
        "subdistrict": SubdistrictFactory().pk,
        "phone": "0812 3456 7890",
        "language": "id",
    }


def take(client, office, party=PARTY, start=MOMENT, **values):
    pressed = {"office": office.code, "start": start.isoformat()} | values
    answer = client.post(f"/kunjungan/simpan/?rombongan={party}", pressed)
    return answer.url.split("/")[2]


def page(name, token, *number):
    return reverse(name, args=[token, *number])


def walk(client, office, contact, **values):
    """Holds a time for the family and answers every page; returns the token."""
    token = take(client, office, **values)
    client.post(page("person", token, 1), CHILD)
    client.post(page("person", token, 2), MOTHER)
    client.post(page("contact", token), contact)
    return token


def test_a_family_answers_one_page_a_person_and_one_for_all(client, office, contact):
    token = take(client, office)

    first = client.get(page("details", token))
    second = client.post(page("person", token, 1), CHILD)
    third = client.post(page("person", token, 2), MOTHER)
    last = client.post(page("contact", token), contact)
    checked = client.get(last.url)
    done = client.post(page("book", token))

    assert first.url == page("person", token, 1)
    assert second.url == page("person", token, 2)
    assert third.url == page("contact", token)
    assert last.url == page("check", token)
    for words in ("Ani", "Siti Aminah", "0010********0001", "KIA baru", "KTP hilang"):
        assert words in checked.text
    assert "3673" not in checked.text
    appointment = Appointment.objects.get()
    assert done.url.startswith(page("appointment", appointment.token))
    assert [person.full_name for person in Visitor.objects.order_by("position")] == [
        "Ani",
        "Siti Aminah",
    ]
    assert appointment.guardian_name == "Siti Aminah"
    assert appointment.household_key == crypto.keyed_hash("3673010101200001", purpose="household")
    assert appointment.ends_at - appointment.starts_at == 30 * MINUTE


def test_a_page_of_a_person_says_which_services_it_is_for(client, office):
    token = take(client, office)

    assert "KIA baru" in client.get(page("person", token, 1)).text
    assert "KTP hilang" in client.get(page("person", token, 2)).text


def test_what_is_typed_is_kept_even_while_it_is_wrong(client, office):
    token = take(client, office)

    wrong = client.post(page("person", token, 1), CHILD | {"birth_date": "kemarin"})
    later = client.get(page("person", token, 1))

    assert wrong.status_code == 422
    for answer in (wrong, later):
        assert 'value="Ani"' in answer.text
        assert 'value="kemarin"' in answer.text
        assert 'href="#id_birth_date"' in answer.text
    assert client.get(page("check", token)).url == page("details", token)


def test_a_change_of_language_keeps_what_was_not_sent_yet(client, office):
    token = take(client, office)

    switched = client.post(page("person", token, 1), {"full_name": "Ani", "page_language": "en"})
    again = client.get(switched.url)

    assert switched.url == page("person", token, 1)
    assert 'lang="en"' in again.text
    assert 'value="Ani"' in again.text
    assert "error-summary" not in again.text


def test_a_change_of_language_keeps_a_single_person_in_error(client, office):
    token = take(client, office, party="ktp.hilang", start=MOMENT)
    typed = MOTHER | {"nik": "123", "phone": "0812 3456 7890", "language": "id"}

    client.post(page("details", token), typed)
    switched = client.post(page("details", token), typed | {"page_language": "en"})
    again = client.get(switched.url)

    for words in ('value="Siti Aminah"', 'value="123"', 'value="0812 3456 7890"', "error-summary"):
        assert words in again.text
    assert "A NIK has 16 digits" in again.text


def test_an_unknown_language_changes_nothing(client, office):
    token = take(client, office)

    switched = client.post(page("person", token, 1), {"page_language": "xx"})

    assert "language" not in switched.cookies


def test_the_number_of_the_family_card_is_kept_nowhere(client, office, contact):
    token = take(client, office)

    wrong = client.post(page("contact", token), contact | {"phone": ""})
    again = client.get(page("contact", token))
    kept = Hold.objects.get().answers

    for text in (wrong.text, again.text, kept):
        assert "3673" not in text
        assert "0120" not in text
    right = client.post(page("contact", token), contact | {"household": ""})
    assert right.status_code == 302


def test_a_wrong_number_of_the_family_card_is_not_kept_either(client, office, contact):
    token = take(client, office)

    client.post(page("contact", token), contact | {"household": "3673 0101"})

    assert "3673" not in Hold.objects.get().answers


def test_a_grown_up_of_the_party_is_proposed_as_the_one_who_comes_along(client, office):
    token = take(client, office)
    client.post(page("person", token, 1), CHILD)
    client.post(page("person", token, 2), MOTHER)

    assert 'value="Siti Aminah"' in client.get(page("contact", token)).text


def test_two_of_a_family_with_one_nik_are_told_apart(client, office):
    token = take(client, office)
    client.post(
        page("person", token, 1), CHILD | {"nik": MOTHER["nik"], "birth_date": "01-01-1990"}
    )

    twice = client.post(page("person", token, 2), MOTHER)

    assert twice.status_code == 422
    assert "Ani" in twice.text
    assert "Siti Aminah" in twice.text


def test_each_line_of_the_check_can_be_changed(client, office, contact):
    token = walk(client, office, contact)

    checked = client.get(page("check", token)).text
    changed = client.post(page("person", token, 1), CHILD | {"full_name": "Ani Lestari"})

    for address in (page("person", token, 1), page("person", token, 2), page("contact", token)):
        assert f'href="{address}"' in checked
    assert "/kunjungan/?rombongan=" in checked
    assert changed.url == page("check", token)
    assert "Ani Lestari" in client.get(changed.url).text


def test_services_changed_at_the_end_keep_who_was_typed(client, office, contact):
    token = walk(client, office, contact)

    later = take(client, office, party="ktp.hilang", replaced=token)
    form = client.get(page("details", later)).text

    assert 'value="Siti Aminah"' in form
    assert 'value="0812-3456-7890"' in form


def test_a_page_for_nobody_is_not_found_and_a_single_person_has_one_page(client, office):
    family, single = take(client, office), take(client, office, party="ktp.hilang")

    assert client.get(page("person", family, 3)).status_code == 404
    assert client.get(page("person", single, 1)).url == page("details", single)
    assert client.get(page("contact", single)).url == page("details", single)


def test_one_person_with_two_services_answers_one_page(client, office, contact):
    token = take(client, office, party="kia.baru~ktp.hilang")

    sent = client.post(page("details", token), MOTHER | contact)
    client.post(page("book", token))

    assert sent.url == page("check", token)
    assert Visitor.objects.get().services.count() == 2


def test_the_way_back_after_booking_leads_to_the_appointment(client, office, contact):
    token = walk(client, office, contact)
    done = client.post(page("book", token))

    for address in (page("details", token), page("person", token, 2), page("contact", token)):
        assert client.get(address, follow=True).redirect_chain[-1][0] == done.url
        assert client.post(address, CHILD, follow=True).redirect_chain[-1][0] == done.url
    assert client.post(page("book", token)).url == done.url
    assert Appointment.objects.count() == 1


def test_a_family_whose_time_filled_takes_everything_typed_to_another(
    client, office, contact, clock
):
    token = walk(client, office, contact)
    clock.shift(20 * MINUTE)
    Slot.objects.filter(start=MOMENT).update(taken=2)

    back = client.post(page("book", token))
    again = take(client, office, start=MOMENT + 15 * MINUTE, replaced=token)
    done = client.post(page("book", again))

    assert back.url.startswith("/kunjungan/waktu/?rombongan=")
    assert f"ganti={token}" in back.url
    assert done.url.startswith("/j/")
    assert Appointment.objects.get().starts_at == MOMENT + 15 * MINUTE


def test_a_second_appointment_names_the_person_and_the_way_to_the_first(client, office, contact):
    client.post(page("book", walk(client, office, contact)))
    again = walk(
        client, office, contact | {"household": "3673 0101 0120 0002"}, start=MOMENT + 30 * MINUTE
    )

    refused = client.post(page("book", again))

    assert refused.status_code == 409
    assert refused.context["name"] == "Ani"
    assert reverse("find") in refused.text
    assert Hold.objects.get(token=again).answers


def test_a_second_visit_of_a_family_on_one_day_is_explained(client, office, contact):
    client.post(page("book", walk(client, office, contact)))
    token = take(client, office, start=MOMENT + 30 * MINUTE)
    client.post(page("person", token, 1), CHILD | {"full_name": "Budi"})
    client.post(page("person", token, 2), MOTHER | {"nik": "0010 0101 0190 0002"})
    client.post(page("contact", token), contact)

    refused = client.post(page("book", token))

    assert refused.status_code == 409
    assert reverse("find") in refused.text
    assert f"ganti={token}" in refused.text


def test_a_service_that_ended_meanwhile_is_not_found_moments_later(client, office, clock):
    token = take(client, office)
    ServiceCaseFactory._meta.model.objects.update(active=False)
    clock.shift(parties.KEPT + 1)

    for name in ("details", "contact", "check"):
        assert client.get(page(name, token)).status_code == 404


def test_reading_the_pages_changes_nothing(client, office, contact):
    token = walk(client, office, contact)
    before = list(Hold.objects.values())

    for address in (page("person", token, 1), page("contact", token), page("check", token)):
        client.get(address)
        client.head(address)

    assert list(Hold.objects.values()) == before


@pytest.mark.parametrize("people", [2, 4])
def test_any_number_of_people_takes_at_most_three_queries(
    client, office, people, django_assert_max_num_queries
):
    kept = booking.hold(
        party=parties.parse(",".join(["ktp.hilang"] * people)),
        office=office.code,
        start=MOMENT,
        browser="b" * 22,
        at=AT,
    )
    drafts.keep(hold=kept, draft=drafts.read(None, people=people))
    client.get(page("contact", kept.token))  # reads the kelurahan

    for address in (page("person", kept.token, 1), page("contact", kept.token)):
        with django_assert_max_num_queries(3):
            client.get(address)
