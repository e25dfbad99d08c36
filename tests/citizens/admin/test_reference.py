import pytest
from django.urls import reverse

from citizens.models import ClosedDay, Requirement
from portal import groups
from tests.factories.citizens import (
    ClosedDayFactory,
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


def test_a_closed_day_begins_as_a_proposal(client, sign_in, office):
    sign_in(groups.SUPERVISOR, office)

    response = client.post(reverse("admin:citizens_closedday_add"), {"date": "17-08-2027"})

    assert response.url == reverse("admin:citizens_propose_close")
    assert not ClosedDay.objects.exists()


def test_a_supervisor_of_one_office_does_not_see_the_days_of_another(client, sign_in, office):
    sign_in(groups.SUPERVISOR, office)
    day = ClosedDayFactory()

    response = client.get(reverse("admin:citizens_closedday_change", args=[day.pk]))

    assert response.status_code == 302


def test_a_week_is_read_and_another_one_proposed(client, sign_in, office):
    sign_in(groups.SUPERVISOR, office)
    week = OpeningTemplateFactory(office=office)
    path = reverse("admin:citizens_openingtemplate_change", args=[week.pk])

    page = client.get(path).text

    assert reverse("admin:citizens_propose_week") in page
    assert client.post(path, {"name": "Lain"}).status_code == 403
    assert client.get(reverse("admin:citizens_openingtemplate_add")).status_code == 403
