import pytest
import time_machine
from django.urls import reverse

from citizens.domain import outages
from citizens.views import banners
from tests.factories.citizens import MINUTE, MOMENT, ServiceCaseFactory, SlotFactory
from tests.factories.outage import OutageFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def told(**kwargs):
    [row] = banners.rows(outages.current(at=MOMENT), **kwargs)
    return row["title"], row["text"]


def test_a_banner_says_what_where_why_until_when_and_that_the_rest_goes_on():
    case = ServiceCaseFactory()
    one = OutageFactory(
        services=[case.service], note="Jaringan pusat.", expected_end=MOMENT + 60 * MINUTE
    )

    title, text = told()

    assert title == f"Not available at the moment: {case.service.name_en}"
    assert text == (
        f"{one.office.name}: The central system is down. Jaringan pusat. We expect it to work again: "
        "Tuesday, 16 March 2027 at 10.20 WIB. Other services go on as usual."
    )


def test_when_everything_stops_at_one_office_the_others_go_on():
    OutageFactory()

    title, text = told()

    assert title == "No service is available at the moment"
    assert text.endswith("We do not know yet when it works again. Other offices go on as usual.")


def test_on_the_page_of_a_service_it_alone_is_named():
    OutageFactory(everywhere=True)

    assert told(name="KTP-el")[0] == "Not available at the moment: KTP-el"


@pytest.mark.parametrize("outages", [0, 2])
def test_it_stands_on_every_page_before_the_booking(client, outages, django_assert_num_queries):
    case = ServiceCaseFactory()
    other = ServiceCaseFactory()
    SlotFactory(group=case.service.group, start=MOMENT + 24 * 60 * MINUTE)
    for _index in range(outages):
        OutageFactory(everywhere=True, services=[case.service])
    slugs = [case.service.slug, case.code]
    pages = {
        "/": 2,
        reverse("service", args=slugs[:1]): 3,
        reverse("case", args=slugs): 2,
        reverse("times", args=slugs): 2,
    }

    with time_machine.travel(MOMENT, tick=False):
        for address, queries in pages.items():
            with django_assert_num_queries(queries):
                text = client.get(address).text
            assert text.count("banner-warning") == outages, address
        assert "banner-warning" not in client.get(f"/layanan/{other.service.slug}/").text
