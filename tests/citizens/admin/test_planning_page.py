"""The page of a proposal, and the two buttons that decide it: what is shown happens, once, or nothing does."""

import datetime

import pytest
from django.urls import reverse

from citizens.domain import proposals
from citizens.domain.proposals import Wish
from citizens.enums import ProposalState
from citizens.models import ClosedDay, Slot, Weekday
from portal import groups
from tests.factories.citizens import (
    DAY,
    MOMENT,
    AppointmentFactory,
    AppointmentPlaceFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    SlotFactory,
    UserFactory,
    VisitorFactory,
    VisitorServiceFactory,
)
from tests.factories.planning import ProposalFactory, ProposalLineFactory

pytestmark = pytest.mark.django_db
ONE_DAY = datetime.timedelta(days=1)
TOMORROW = DAY + ONE_DAY  # a Wednesday
EIGHT = MOMENT.replace(hour=1, minute=0) + ONE_DAY  # 08.00 WIB of tomorrow
QUARTER = datetime.timedelta(minutes=15)


@pytest.fixture
def capacity(office):
    """Open tomorrow from 8 to 9, and on the next day for one place at 8: two of three people find no other time."""
    capacity = OpeningCapacityFactory(template__office=office, counters=3, online=0)
    for weekday in (Weekday.WEDNESDAY, Weekday.THURSDAY):
        OpeningPeriodFactory(template=capacity.template, weekday=weekday, closes=datetime.time(9))
    for start in (EIGHT, EIGHT + QUARTER, EIGHT + ONE_DAY):
        is_next = start > EIGHT + QUARTER
        SlotFactory(
            office=office,
            group=capacity.group,
            start=start,
            capacity=1 if is_next else 3,
            online=1 if is_next else 0,
        )
    return capacity


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


def booked(capacity, number, **kwargs):
    """Somebody at 8 of tomorrow, at an internal place."""
    appointment = AppointmentFactory(
        office=capacity.template.office,
        starts_at=EIGHT,
        ends_at=EIGHT + QUARTER,
        booked_at=MOMENT - number * ONE_DAY,
        **{"phone": "+6281234567890", "email": "", **kwargs},
    )
    visitor = VisitorFactory(appointment=appointment, full_name=f"Siti {number}")
    VisitorServiceFactory(visitor=visitor, group=capacity.group, minutes=15)
    slot = Slot.objects.get(start=EIGHT)
    AppointmentPlaceFactory(appointment=appointment, slot=slot, share="internal")
    Slot.objects.filter(pk=slot.pk).update(internal_taken=slot.internal_taken + 1)
    return appointment


def closing(office, staff, **kwargs):
    edit = {
        "op": "close_day",
        "office": office.pk,
        "date": TOMORROW.isoformat(),
        "name": "Listrik padam",
        "kind": "office",
        "source": "SE 3/2027",
        "confirmed": True,
    }
    wish = Wish("Tutup sehari", (edit,), TOMORROW, TOMORROW + ONE_DAY, (office.pk,))
    return proposals.propose(wish=wish, staff=staff, at=MOMENT)


def page(proposal):
    return reverse("admin:citizens_proposal_change", args=[proposal.pk])


def press(client, verb, proposal, **kwargs):
    address = reverse(f"admin:citizens_proposal_{verb}", args=[proposal.pk])
    return client.post(address, follow=True, **kwargs)


def test_the_page_shows_places_and_people_before_anything_happens(
    client, supervisor, office, capacity
):
    for number in range(1, 4):
        booked(capacity, number, phone="" if number == 1 else "+6281234567890")
    proposal = closing(office, supervisor)

    shown = client.get(page(proposal))

    [table] = shown.context["capacity"].tables
    assert [(row.before, row.after, row.change) for row in table.days] == [(6, 0, "−6")]  # noqa: RUF001 - a minus
    effect = shown.context["proposal"].effect
    assert (effect["kept"], effect["moved"], effect["orphaned"]) == (0, 1, 2)
    assert len(shown.context["lines"]["rows"]) == 3
    assert "1 person left neither a phone number nor an email address" in shown.text
    assert "SE 3/2027" in shown.text
    assert not ClosedDay.objects.exists()


def test_what_was_shown_is_applied_once(client, supervisor, office, capacity):
    booked(capacity, 1)
    proposal = closing(office, supervisor)

    first = press(client, "apply", proposal)
    again = press(client, "apply", proposal)

    assert ClosedDay.objects.get().office == office
    assert "Applied." in first.text
    assert f"Applied by {supervisor}" in again.text
    assert press(client, "withdraw", proposal).status_code == 200
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by) == (ProposalState.APPLIED, supervisor)


def test_a_second_supervisor_is_told_who_decided(client, sign_in, office, capacity):
    proposal = closing(office, UserFactory(full_name="Dewi Lestari"))
    proposals.withdraw(proposal=proposal, staff=proposal.made_by, at=MOMENT)
    sign_in(groups.SUPERVISOR, office)

    told = press(client, "apply", proposal)

    assert f"Withdrawn by {proposal.made_by}" in told.text
    assert not ClosedDay.objects.exists()


def test_who_has_booked_meanwhile_makes_it_a_fresh_proposal(client, supervisor, office, capacity):
    booked(capacity, 1)
    proposal = closing(office, supervisor)
    booked(capacity, 2)

    fresh = press(client, "apply", proposal)

    proposal.refresh_from_db()
    assert fresh.redirect_chain[0][0] == page(proposal.successor)
    assert "Nothing was applied: something has changed" in fresh.text
    assert "Then 1 would have moved and 0 found no time; now it is 1 and 1." in fresh.text
    assert not ClosedDay.objects.exists()
    assert page(proposal.successor) in client.get(page(proposal)).text
    press(client, "apply", proposal.successor)
    assert ClosedDay.objects.exists()


def test_the_call_sheet_is_one_press_away_once_it_is_applied(client, supervisor, office, capacity):
    for number in range(1, 4):
        booked(capacity, number)
    proposal = closing(office, supervisor)

    applied = press(client, "apply", proposal)

    sheet = reverse("admin:citizens_call_sheet", query={"usulan": proposal.pk})
    assert f'href="{sheet}"' in applied.text
    assert "Call sheet: 2 people" in applied.text
    assert client.get(sheet).context["counts"]["all"] == 2


def test_days_that_have_passed_can_only_be_withdrawn(client, supervisor, office):
    passed = ProposalFactory(
        first_day=DAY - 2 * ONE_DAY, until=DAY, effect={"offices": [office.pk], "moved": 0}
    )

    told = press(client, "apply", passed)

    assert "These days have passed" in told.text
    assert reverse("admin:citizens_proposal_apply", args=[passed.pk]) not in told.text
    assert "Nothing was changed" in press(client, "withdraw", passed).text


def test_others_look_and_do_not_decide(client, sign_in, office):
    proposal = closing(office, UserFactory())
    sign_in(groups.AUDITOR)

    assert "A supervisor decides." in client.get(page(proposal)).text
    assert press(client, "apply", proposal).status_code == 403
    assert press(client, "withdraw", proposal).status_code == 403
    sign_in(groups.COUNTER_STAFF, office)
    assert client.get(page(proposal)).status_code == 403


def test_a_proposal_of_another_office_is_not_there(client, sign_in, office):
    sign_in(groups.SUPERVISOR, office)
    elsewhere = closing(OfficeFactory(), UserFactory())
    everywhere = ProposalFactory(effect={"offices": []})

    for proposal in (elsewhere, everywhere):
        assert client.get(page(proposal)).status_code == 404
        assert press(client, "apply", proposal).status_code == 404
    assert client.get(reverse("admin:citizens_proposal_changelist")).context["open"] == []


@pytest.mark.parametrize("name", ["abc", "0x1", "9" * 30])
def test_a_number_that_is_none_is_not_found(client, supervisor, name):
    assert client.get(f"/petugas/citizens/proposal/{name}/change/").status_code == 404


def test_looking_changes_nothing(client, supervisor, office):
    proposal = closing(office, supervisor)

    assert (
        client.get(reverse("admin:citizens_proposal_apply", args=[proposal.pk])).status_code == 405
    )
    assert client.post(page(proposal)).status_code == 405


def test_the_list_has_what_is_open_first(client, supervisor, office):
    old, new = (closing(office, supervisor) for _number in range(2))
    proposals.withdraw(proposal=old, staff=supervisor, at=MOMENT)

    shown = client.get(reverse("admin:citizens_proposal_changelist"))

    assert [row["proposal"] for row in shown.context["open"]] == [new]
    assert [row["proposal"] for row in shown.context["decided"]] == [old]
    assert client.get(reverse("admin:citizens_proposal_add")).status_code == 403


def test_the_number_of_queries_does_not_grow_with_people(
    client, supervisor, office, django_assert_num_queries
):
    proposal = ProposalFactory(
        effect={
            "offices": [office.pk],
            "kept": 0,
            "moved": 0,
            "orphaned": 3,
            "unreachable": 0,
            "sums": [[office.pk, (DAY + n * ONE_DAY).isoformat(), 1, 4, 0, 0] for n in range(30)],
        }
    )
    client.get(page(proposal))  # the session
    for count in (1, 3):
        while proposal.lines.count() < count:
            ProposalLineFactory(proposal=proposal, appointment__office=office)
        with django_assert_num_queries(QUERIES):
            shown = client.get(page(proposal))
        assert len(shown.context["lines"]["rows"]) == count

    [table] = shown.context["capacity"].tables
    assert (len(table.days), len(table.weeks)) == (30, 5)


def test_many_people_are_shown_page_by_page(client, supervisor, office, settings):
    proposal = ProposalFactory(effect={"offices": [office.pk]})
    ProposalLineFactory.create_batch(51, proposal=proposal, appointment__office=office)

    second = client.get(page(proposal), {"halaman": "2"})

    assert len(second.context["lines"]["rows"]) == 1
    assert "Page 2 of 2" in second.text
    assert len(client.get(page(proposal), {"halaman": "x"}).context["lines"]["rows"]) == 50


QUERIES = 9
