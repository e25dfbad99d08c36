import pytest
from django.urls import reverse

from tests.factories.citizens import ServiceCaseFactory

pytestmark = pytest.mark.django_db
HERE = "/bukan-warga-kota-serang/"


def test_what_can_be_done_anywhere_is_a_way_to_book_it(client):
    here = ServiceCaseFactory(name="Hilang di jalan")
    home = ServiceCaseFactory(service__home_office_only=True, name="Pisah KK")
    changed = ServiceCaseFactory(service__code="KTP", code="ubah", name="Data berubah")

    page = client.get(HERE)

    assert reverse("case", args=[here.service.slug, here.code]) in page.text
    for case in (home, changed):
        assert case.name in page.text
        assert reverse("case", args=[case.service.slug, case.code]) not in page.text


def test_a_service_for_people_of_the_city_shows_the_way_there(client):
    case = ServiceCaseFactory(service__home_office_only=True)

    assert HERE in client.get(reverse("case", args=[case.service.slug, case.code])).text
    assert HERE in client.get("/").text


@pytest.mark.parametrize("cases", [0, 3])
def test_any_number_of_cases_takes_one_query(client, cases, django_assert_num_queries):
    ServiceCaseFactory.create_batch(cases)

    with django_assert_num_queries(1):
        client.get(HERE)
