import pytest

from citizens.domain import bundles, reference
from citizens.domain import party as parties
from citizens.domain.bundles import BUNDLES
from citizens.models import ServiceCase

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue():
    reference.load_services()


def suggested(text):
    catalogue = ServiceCase.objects.filter(active=True).select_related("service__group")
    found = bundles.suggestions(parties.parse(text), catalogue=catalogue)
    return [suggestion.party for suggestion in found]


def test_every_case_of_a_bundle_is_in_the_catalogue():
    known = {
        f"{case.service.code}.{case.code}" for case in ServiceCase.objects.select_related("service")
    }

    for bundle in BUNDLES:
        assert {*bundle.same, bundle.adult} - {""} <= known


def test_a_birth_brings_the_childs_card_and_a_new_family_card():
    assert suggested("akta-lahir.tepat-waktu") == ["akta-lahir.tepat-waktu~kia.baru-balita,kk.ubah"]


def test_a_death_brings_a_new_family_card():
    assert suggested("akta-mati.biasa") == ["akta-mati.biasa,kk.ubah"]


def test_the_digital_id_is_recommended_with_the_card():
    [found] = bundles.suggestions(
        parties.parse("ktp.hilang"), catalogue=ServiceCase.objects.select_related("service__group")
    )

    assert found.party == "ktp.hilang~ikd.aktivasi"
    assert found.recommended


def test_the_family_card_goes_to_an_adult_who_comes_anyway():
    assert suggested("akta-lahir.tepat-waktu~kia.baru-balita,ktp.hilang~ikd.aktivasi") == [
        "akta-lahir.tepat-waktu~kia.baru-balita,ktp.hilang~ikd.aktivasi~kk.ubah"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "kk.baru",
        "ktp.hilang~ikd.ulang",
        "akta-lahir.tepat-waktu~kia.baru-balita,kk.hilang",
        ",".join(["akta-lahir.tepat-waktu~kia.baru-balita"] * 8),
    ],
)
def test_nothing_is_suggested_that_is_there_already_or_does_not_fit(text):
    assert suggested(text) == []


def test_every_suggestion_is_a_party():
    for text in ("akta-lahir.tepat-waktu", "akta-mati.biasa", "ktp.pertama"):
        assert [parties.parse(one).text for one in suggested(text)] == suggested(text)


def test_a_case_that_is_no_longer_given_is_not_suggested():
    ServiceCase.objects.filter(service__code="IKD").update(active=False)

    assert suggested("ktp.hilang") == []
