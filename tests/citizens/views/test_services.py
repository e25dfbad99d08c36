import datetime

import pytest
from django.urls import reverse

from tests.factories.citizens import (
    RequirementFactory,
    ServiceCaseFactory,
    ServiceFactory,
    ServiceStandardFactory,
)

pytestmark = pytest.mark.django_db


def test_a_service_lists_its_cases_and_its_published_standard(client):
    case = ServiceCaseFactory(service__code="AKTA_LAHIR", name="Terlambat")
    ServiceStandardFactory(service=case.service, text="Tidak dipungut biaya")

    page = client.get("/layanan/akta-lahir/")

    assert reverse("case", args=["akta-lahir", case.code]) in page.text
    assert "Terlambat" in page.text
    assert "Tidak dipungut biaya" in page.text


def test_a_case_shows_the_papers_in_force_with_their_law(client):
    case = ServiceCaseFactory(service__code="KTP")
    RequirementFactory(
        case=case, text="Kartu Keluarga", legal_reference="Perpres 96/2018", confirmed=True
    )
    RequirementFactory(case=case, text="Surat RT", valid_until=datetime.date(2020, 1, 1))

    page = client.get(reverse("case", args=["ktp", case.code]))

    assert "Kartu Keluarga" in page.text
    assert "Perpres 96/2018" in page.text
    assert "Surat RT" not in page.text


@pytest.mark.parametrize("address", ["/layanan/tidak-ada/", "/layanan/ktp/tidak-ada/"])
def test_an_unknown_service_is_a_page_that_is_not_found(client, address):
    ServiceFactory(code="KTP")

    assert client.get(address).status_code == 404


def test_a_service_that_is_no_longer_given_is_not_found(client):
    case = ServiceCaseFactory(service__code="KTP", service__active=False)

    assert client.get("/layanan/ktp/").status_code == 404
    assert client.get(reverse("times", args=["ktp", case.code])).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_any_number_of_cases_and_papers_takes_the_same_queries(
    client, rows, django_assert_num_queries
):
    service = ServiceFactory(code="KTP")
    cases = [ServiceCaseFactory(service=service) for _index in range(rows)]
    for _index in range(rows):
        RequirementFactory(case=cases[0])

    with django_assert_num_queries(3):
        client.get("/layanan/ktp/")
    with django_assert_num_queries(2):
        client.get(reverse("case", args=["ktp", cases[0].code]))
