import pytest
from django.urls import reverse

from citizens.models import AccessLog
from portal import groups
from tests.factories.citizens import MOMENT, AppointmentFactory, OfficeFactory

LIST = "admin:citizens_accesslog_changelist"


@pytest.fixture
def access(office, sign_in):
    def logged(reason, at_office=office):
        return AccessLog.objects.create(
            staff=sign_in(groups.COUNTER_STAFF, office),
            at=MOMENT,
            field="phone",
            appointment=AppointmentFactory(office=at_office),
            reason=reason,
        )

    return logged


@pytest.mark.parametrize("group", [groups.SUPERVISOR, groups.AUDITOR])
def test_supervisors_and_auditors_read_the_access_log(client, sign_in, access, group):
    row = access("Menelepon warga")
    sign_in(group, None)

    assert "Menelepon warga" in client.get(reverse(LIST)).content.decode()
    change = reverse("admin:citizens_accesslog_change", args=[row.pk])
    assert client.post(change, {"reason": "lain"}).status_code == 403


def test_counter_staff_do_not(client, access):
    access("Menelepon warga")

    assert client.get(reverse(LIST)).status_code == 403


def test_a_supervisor_of_one_office_reads_its_own(client, sign_in, access, office):
    access("Di sini")
    access("Di sana", OfficeFactory())
    sign_in(groups.SUPERVISOR, office)

    html = client.get(reverse(LIST)).content.decode()

    assert "Di sini" in html
    assert "Di sana" not in html
