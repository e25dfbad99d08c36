"""The call sheet: whom a change of the plan left behind, each call with its result, and who took the numbers along."""

import datetime

import pytest
from django.urls import reverse

from citizens.enums import AttentionReason, CallResult
from citizens.models import AccessLog, AttentionCall
from portal import groups
from tests.factories.citizens import MOMENT, AppointmentFactory, VisitorFactory
from tests.factories.planning import AttentionFactory

pytestmark = pytest.mark.django_db

PHONE = "+6281234567890"
SHEET = reverse("admin:citizens_call_sheet")


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


def left_behind(office, name="Siti Aminah", reason=AttentionReason.NO_PLACE, phone=PHONE):
    appointment = AppointmentFactory(
        office=office, phone=phone, starts_at=MOMENT + datetime.timedelta(days=1)
    )
    VisitorFactory(appointment=appointment, full_name=name)
    return AttentionFactory(appointment=appointment, reason=reason)


def address(name, found):
    return reverse(f"admin:citizens_{name}", args=[found.pk])


def test_the_sheet_counts_and_masks_and_shows_no_other_office(client, supervisor, office):
    left_behind(office)
    left_behind(office, "Budi", AttentionReason.NOT_TOLD, phone="")
    AttentionFactory(appointment__with_visitor=True)

    shown = client.get(SHEET)

    assert shown.context["counts"] == {
        "all": 2,
        "no_place": 1,
        "not_told": 1,
        "called": 0,
        "uncalled": 2,
    }
    assert "Siti Aminah" in shown.text
    assert "81234567890" not in shown.text


def test_a_number_is_shown_once_and_the_sheet_is_the_reason(client, supervisor, office):
    found = left_behind(office)

    shown = client.post(address("call_number", found))

    assert "0812-3456-7890" in shown.text
    log = AccessLog.objects.get()
    assert (log.staff, log.appointment) == (supervisor, found.appointment)
    assert found.proposal.title in log.reason


def test_a_result_is_written_down_and_one_who_was_told_leaves_the_sheet(client, supervisor, office):
    told = left_behind(office, reason=AttentionReason.NOT_TOLD)
    waits = left_behind(office, "Budi")

    for found in (told, waits):
        client.post(address("call_result", found), {"result": CallResult.REACHED, "note": "Sore"})

    told.refresh_from_db()
    waits.refresh_from_db()
    assert told.ended_at == MOMENT
    assert waits.ended_at is None
    assert {call.called_by for call in AttentionCall.objects.all()} == {supervisor}


def test_a_call_without_a_result_is_asked_for_it_and_keeps_the_note(client, supervisor, office):
    answer = client.post(address("call_result", left_behind(office)), {"note": "Nomor sibuk"})

    assert answer.status_code == 422
    assert "Choose what came of the call." in answer.text
    assert "Nomor sibuk" in answer.text


@pytest.mark.parametrize("name", ["call_sheet_paper", "call_sheet_table"])
def test_whoever_takes_the_numbers_along_is_in_the_log_for_each(client, supervisor, office, name):
    left_behind(office, '=HYPERLINK("x")')
    left_behind(office, "Budi", phone="")

    answer = client.post(reverse(f"admin:citizens_{name}"))

    text = b"".join(answer).decode()
    assert "0812-3456-7890" in text
    assert AccessLog.objects.filter(staff=supervisor).count() == 1
    if name == "call_sheet_table":
        assert '\n"=HYPERLINK' not in text
        assert ",=HYPERLINK" not in text


@pytest.mark.parametrize("people", [1, 3])
def test_the_sheet_takes_as_many_queries_for_many_as_for_one(
    client, supervisor, office, people, django_assert_max_num_queries
):
    for number in range(people):
        left_behind(office, f"Warga {number}")

    with django_assert_max_num_queries(14):
        client.get(SHEET)


def test_an_auditor_reads_the_sheet_and_takes_no_number(client, sign_in, office):
    found = left_behind(office)
    sign_in(groups.AUDITOR)

    assert client.post(address("call_number", found)).status_code == 403
    assert client.post(reverse("admin:citizens_call_sheet_table")).status_code == 403
