"""The rota: the week at the counters, and changes that are proposed before anything is written."""

import datetime

import pytest
from django.urls import reverse

from citizens.admin import rota_words, supervising_page
from citizens.domain import proposals
from citizens.enums import AbsenceKind
from citizens.models import Absence, PresenceOrder, Proposal, Shift, Slot, Weekday
from portal import groups
from tests.factories.citizens import (
    DAY,
    MOMENT,
    CounterFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    OpeningPeriodFactory,
    SlotFactory,
    UserFactory,
)
from tests.factories.planning import AbsenceFactory, PresenceOrderFactory, ShiftFactory

PAGE = "/petugas/citizens/shift/"
ONE_DAY = datetime.timedelta(days=1)
TOMORROW = DAY + ONE_DAY  # a Wednesday
ALL_WEEK = [str(day.value) for day in Weekday if day < Weekday.SATURDAY]


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


@pytest.fixture
def capacity(office):
    """Open on Wednesdays, two counters of one group, a slot tomorrow."""
    made = OpeningCapacityFactory(template__office=office, counters=2, online=1)
    OpeningPeriodFactory(
        template=made.template, weekday=TOMORROW.weekday(), closes=datetime.time(8, 15)
    )
    start = MOMENT.replace(hour=1, minute=0) + ONE_DAY
    SlotFactory(office=office, group=made.group, start=start, capacity=2, online=1, released=1)
    return made


@pytest.fixture
def shift(office, capacity):
    """Siti at counter 3 on Wednesdays."""
    return ShiftFactory(
        counter=CounterFactory(office=office, number=3, groups=[capacity.group]),
        staff__full_name="Siti Aminah",
        staff__office=office,
        weekday=TOMORROW.weekday(),
    )


def send(client, name, *args, office="utama", **data):
    return client.post(
        reverse(f"admin:citizens_rota_{name}", args=args) + f"?kantor={office}", data
    )


def absent(client, staff, first=TOMORROW, last=TOMORROW, **data):
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return send(client, "absence", **({"staff": staff.pk, "kind": "leave"} | days | data))


def apply_newest(user):
    """Does what was proposed last."""
    made = Proposal.objects.latest("pk")
    proposals.apply(proposal=made, staff=user, at=MOMENT)
    return made


def test_the_week_says_who_sits_where_who_is_away_and_what_that_costs(
    client, supervisor, shift, capacity
):
    AbsenceFactory(staff=shift.staff, first_day=TOMORROW)

    page = client.get(PAGE, {"minggu": DAY.isoformat()})
    later = client.get(PAGE, {"minggu": (DAY + 7 * ONE_DAY).isoformat()})

    assert "<s>Siti Aminah</s> Leave" in page.text
    assert f"Empty: {capacity.group} " in page.text
    assert "0 / 1" in page.text
    assert "1 / 1" in later.text
    assert "Empty:" not in later.text


def test_an_absence_is_proposed_first_and_takes_a_desk_when_it_is_applied(
    client, supervisor, shift, capacity
):
    answer = absent(client, shift.staff)

    made = Proposal.objects.get()
    assert answer.url == reverse("admin:citizens_proposal_change", args=[made.pk])
    assert not Absence.objects.exists()
    assert made.title.startswith("Leave: Siti Aminah")
    [[_office, _day, _group, before, after, _sold]] = made.effect["sums"]
    assert (before, after) == (2, 1)

    apply_newest(supervisor)

    assert Absence.objects.get().kind == AbsenceKind.LEAVE
    slot = Slot.objects.get()
    assert slot.capacity == 1
    # What the supervisor's page calls planned follows.
    assert supervising_page.overview(slot.office, at=slot.start).planned == 1


def test_an_absence_of_somebody_without_a_shift_is_kept_and_said_to_cost_nothing(
    client, supervisor, office, capacity
):
    answer = client.get(absent(client, UserFactory(full_name="Rini", office=office)).url)

    assert "Rini has no shift on these days" in answer.text
    assert Proposal.objects.get().effect["changed_slots"] == 0


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (TOMORROW, DAY, "The last day is before the first one."),
        (DAY - ONE_DAY, TOMORROW, "This day is over."),
        (TOMORROW, datetime.date(9999, 12, 31), "more than two years away"),
        (TOMORROW + ONE_DAY, TOMORROW + ONE_DAY, "Siti Aminah is away already: Leave, from"),
    ],
)
def test_days_that_cannot_be_are_said_and_nothing_typed_is_lost(
    client, supervisor, shift, first, last, sentence
):
    AbsenceFactory(staff=shift.staff, first_day=TOMORROW, until=TOMORROW + 2 * ONE_DAY)

    page = absent(client, shift.staff, first, last, note="Surat 5/2027")

    assert page.status_code == 422
    assert sentence in page.text
    assert 'value="Surat 5/2027"' in page.text
    assert f'value="{first.isoformat()}"' in page.text
    assert not Proposal.objects.exists()


def test_an_absence_that_has_begun_is_taken_back_from_today_on(client, supervisor, shift):
    absence = AbsenceFactory(
        staff=shift.staff, first_day=DAY - 2 * ONE_DAY, until=TOMORROW + ONE_DAY
    )

    send(client, "take_back", absence.pk)
    apply_newest(supervisor)

    found = Absence.objects.get()
    assert (found.first_day, found.until) == (DAY - 2 * ONE_DAY, DAY)


def test_a_second_counter_is_refused_until_the_first_one_ends(client, supervisor, shift, office):
    other = CounterFactory(office=office, number=4)
    wish = {
        "staff": shift.staff.pk,
        "counter": other.pk,
        "weekdays": ALL_WEEK,
        "first": TOMORROW.isoformat(),
    }

    refused = send(client, "shift", **wish)
    assert refused.status_code == 422
    assert "Siti Aminah is at counter 3 (Wed) then." in refused.text

    assert send(client, "shift", **wish, replaces="on").status_code == 302
    apply_newest(supervisor)

    shift.refresh_from_db()
    assert shift.valid_until == TOMORROW
    assert Shift.objects.filter(counter=other).count() == len(ALL_WEEK)


def test_a_shift_with_a_last_day_stands_in_for_the_ordinary_one(client, supervisor, shift, office):
    other = CounterFactory(office=office, number=4)

    answer = send(
        client,
        "shift",
        staff=shift.staff.pk,
        counter=other.pk,
        weekdays=[TOMORROW.weekday()],
        first=TOMORROW.isoformat(),
        last=TOMORROW.isoformat(),
    )

    assert answer.status_code == 302
    apply_newest(supervisor)
    page = client.get(PAGE, {"minggu": DAY.isoformat()})
    row = next(one for one in page.context["week"].rows if one.counter == other)
    assert [str(seat.staff) for cell in row.cells for seat in cell.seats] == ["Siti Aminah"]


def test_the_weekdays_of_a_shift_end_together(client, supervisor, shift):
    ShiftFactory(staff=shift.staff, counter=shift.counter, weekday=Weekday.FRIDAY)

    assert send(client, "end", shift.pk, last=TOMORROW.isoformat()).status_code == 302
    apply_newest(supervisor)

    assert set(Shift.objects.values_list("valid_until", flat=True)) == {TOMORROW + ONE_DAY}
    again = send(client, "end", shift.pk, last=(TOMORROW + 3 * ONE_DAY).isoformat())
    assert "The shift ends by itself on" in again.text


def test_an_order_calls_in_who_works_from_home_and_can_be_lifted(client, supervisor, shift, office):
    AbsenceFactory(staff=shift.staff, first_day=TOMORROW, kind=AbsenceKind.FROM_HOME)
    days = {"first": TOMORROW.isoformat(), "last": TOMORROW.isoformat()}

    without = send(client, "presence", office=office.code, **days)
    assert "Write which circular orders it." in without.text
    url = reverse("admin:citizens_rota_presence")
    client.post(url, {"office": office.pk, "source": "SE 7/2027", **days})
    apply_newest(supervisor)

    page = client.get(PAGE, {"minggu": DAY.isoformat()})
    assert "SE 7/2027" in page.text
    assert "1 / 1" in page.text
    send(client, "lift", PresenceOrder.objects.get().pk)
    apply_newest(supervisor)
    assert not PresenceOrder.objects.exists()


def test_a_supervisor_of_one_office_changes_nothing_elsewhere(client, supervisor, shift):
    elsewhere = ShiftFactory(counter__office=OfficeFactory(code="lain"))
    order = PresenceOrderFactory(until=TOMORROW)
    absence = AbsenceFactory(staff=elsewhere.staff, first_day=TOMORROW)

    assert client.get(PAGE, {"kantor": "lain"}).status_code == 404
    assert send(client, "shift", office="lain").status_code == 404
    assert send(client, "end", elsewhere.pk, last=TOMORROW.isoformat()).status_code == 404
    assert send(client, "take_back", absence.pk).status_code == 404
    assert send(client, "lift", order.pk).status_code == 404
    assert "Choose who it is." in absent(client, elsewhere.staff).text


def test_the_head_and_the_auditor_see_and_do_not_change(client, sign_in, shift):
    sign_in(groups.AUDITOR)

    page = client.get(PAGE, {"kantor": shift.counter.office.code})

    assert "Siti Aminah" in page.text
    assert "New absence" not in page.text
    assert absent(client, shift.staff).status_code == 403


def test_counter_staff_do_not_see_why_somebody_is_away(client, staff):
    assert client.get(PAGE).status_code == 403


@pytest.mark.parametrize("people", [1, 3])
def test_a_week_costs_a_fixed_number_of_queries(
    client, supervisor, office, capacity, people, django_assert_num_queries
):
    for _ in range(people):
        made = ShiftFactory(
            counter=CounterFactory(office=office, groups=[capacity.group]),
            weekday=TOMORROW.weekday(),
        )
        AbsenceFactory(staff=made.staff, first_day=TOMORROW)
    PresenceOrderFactory(first_day=TOMORROW)

    with django_assert_num_queries(26):
        client.get(PAGE)


@pytest.mark.parametrize("day", ["9999-12-31", "2027-02-31", "gestern", "0001-01-01"])
def test_a_week_that_nobody_plans_is_this_one(client, supervisor, shift, day):
    assert client.get(PAGE, {"minggu": day}).context["date"] == (DAY - ONE_DAY).isoformat()


def test_weekdays_in_a_row_are_told_as_one():
    words = rota_words.weekday_names([0, 1, 2, 4, 6])

    assert len(words.split(", ")) == 3
