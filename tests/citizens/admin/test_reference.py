import pytest
from django.urls import reverse

from citizens.enums import HoursKind
from citizens.models import ClosedDay, Requirement
from portal import groups
from tests.factories.citizens import (
    ClosedDayFactory,
    OfficeFactory,
    OpeningTemplateFactory,
    RequirementFactory,
    ServiceCaseFactory,
)


def inline(prefix, *rows, first=0):
    """The data of an inline form set."""
    data = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": first,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for place, row in enumerate(rows):
        data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
    return data


def closed_day(**kwargs):
    return {
        "date": "17-08-2027",
        "name": "Hari Kemerdekaan",
        "kind": "office",
        "source": "surat edaran",
    } | kwargs


@pytest.mark.parametrize("group", [groups.SUPERVISOR, groups.ADMINISTRATOR])
def test_papers_are_edited_where_the_law_changes_them(client, sign_in, db, group):
    sign_in(group)
    case = ServiceCaseFactory()
    paper = RequirementFactory(case=case)
    fields = ("name", "code", "attendance", "minutes", "sort_order")
    data = {name: getattr(case, name) for name in fields} | {"service": case.service_id}
    row = {
        "id": paper.pk,
        "case": case.pk,
        "code": paper.code,
        "text": "Kartu Keluarga asli",
        "short_text": "KK",
        "sort_order": 1,
    }

    response = client.post(
        reverse("admin:citizens_servicecase_change", args=[case.pk]),
        data | inline("requirements", row, first=1),
    )

    assert response.status_code == 302
    assert Requirement.objects.get().text == "Kartu Keluarga asli"


@pytest.mark.parametrize("group", [groups.COUNTER_STAFF, groups.AUDITOR])
def test_others_read_reference_data(client, sign_in, office, group):
    sign_in(group)
    path = reverse("admin:citizens_office_change", args=[office.pk])

    assert client.get(path).status_code == 200
    assert client.post(path, {"name": "Lain"}).status_code == 403


def test_a_supervisor_closes_a_day_of_the_own_office(client, sign_in, office):
    sign_in(groups.SUPERVISOR, office)

    client.post(reverse("admin:citizens_closedday_add"), closed_day(office=office.pk))

    assert ClosedDay.objects.get().office == office


@pytest.mark.parametrize("other", [True, False])
def test_a_supervisor_of_one_office_closes_no_other_one_nor_all(client, sign_in, office, other):
    sign_in(groups.SUPERVISOR, office)
    chosen = OfficeFactory().pk if other else ""

    response = client.post(reverse("admin:citizens_closedday_add"), closed_day(office=chosen))

    assert response.status_code == 200
    assert not ClosedDay.objects.exists()


def test_a_supervisor_of_one_office_does_not_see_the_days_of_another(client, sign_in, office):
    sign_in(groups.SUPERVISOR, office)
    day = ClosedDayFactory()

    response = client.get(reverse("admin:citizens_closedday_change", args=[day.pk]))

    assert response.status_code == 302


def test_a_template_without_office_or_date_is_asked_for_them(client, sign_in, db):
    sign_in(groups.SUPERVISOR)

    response = client.post(
        reverse("admin:citizens_openingtemplate_add"),
        {"name": "Ramadan"} | inline("periods") | inline("capacities"),
    )

    assert response.status_code == 200
    assert {"office", "valid_from"} <= set(response.context["adminform"].errors)


def test_a_second_template_for_the_same_days_is_refused(client, sign_in, office):
    sign_in(groups.SUPERVISOR)
    OpeningTemplateFactory(office=office)
    data = {"office": office.pk, "name": "Lain", "kind": HoursKind.ORDINARY}
    data |= {"valid_from": "01-03-2027", "source": "surat"}

    response = client.post(
        reverse("admin:citizens_openingtemplate_add"),
        data | inline("periods") | inline("capacities"),
    )

    assert "covers some of these days" in response.content.decode()
