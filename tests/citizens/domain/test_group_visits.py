import datetime
from functools import partial

import pytest
from django.db.models import Sum

from citizens import signals
from citizens.domain import blocks, card_stock, group_visits, obstacles
from citizens.domain.office_time import local_date
from citizens.enums import GroupVisitState, Language, Organiser
from citizens.models import GroupVisit, Slot
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    ClosedDayFactory,
    OfficeFactory,
    OpeningCapacityFactory,
    ServiceCaseFactory,
    SlotFactory,
    UserFactory,
)
from tests.factories.group_visit import GroupPlaceFactory, GroupVisitFactory
from tests.factories.outage import CardStockFactory, OutageFactory

pytestmark = pytest.mark.django_db
START = MOMENT + datetime.timedelta(days=7)
TODAY = local_date(MOMENT)


def day(offset):
    return TODAY + datetime.timedelta(days=offset)


@pytest.fixture
def case():
    return ServiceCaseFactory(minutes=15)


@pytest.fixture
def visit(case):
    """Fifteen people with fifteen minutes each."""
    return GroupVisitFactory(case=case, people=15)


@pytest.fixture
def slots(visit):
    """Four slots in a row of eight places: four internal, two released, two that open later."""
    made = []
    for number in range(4):
        slot = SlotFactory(
            office=visit.office,
            group=visit.case.service.group,
            start=START + 15 * number * MINUTE,
            capacity=8,
            online=4,
            released=2,
        )
        slot.releases.create(places=2, due_at=START - 60 * MINUTE)
        made.append(slot)
    return made


@pytest.fixture
def staff(visit):
    return UserFactory(office=visit.office)


@pytest.fixture
def decided():
    """The group visits that the world was told of."""
    told = []

    def hear(group_visit, at, **kwargs):
        told.append((group_visit, at))

    signals.group_visit_decided.connect(hear)
    yield told
    signals.group_visit_decided.disconnect(hear)


def plan(visit, staff, **values):
    return group_visits.plan(
        **{"group_visit": visit, "start": START, "staff": staff, "at": MOMENT} | values
    )


def counts(slot):
    """online, released, internal_taken, and the places of its releases."""
    slot.refresh_from_db()
    later = slot.releases.aggregate(places=Sum("places"))["places"] or 0
    return slot.online, slot.released, slot.internal_taken, later


# --- Asking -------------------------------------------------------------------------------------------


@pytest.fixture
def wish(case):
    return {
        "organiser": Organiser.NEIGHBOURHOOD,
        "organiser_name": "RW 05 Kelurahan Contoh",
        "contact_name": "Pak Contoh",
        "phone": "+6281200000000",
        "email": "",
        "language": Language.INDONESIAN,
        "case": case,
        "people": 20,
        "office": OfficeFactory(),
        "wished_from": day(3),
        "wished_until": day(60),
    }


def ask(wish, key="key"):
    return group_visits.request(wish=group_visits.Wish(**wish), submission_key=key, at=MOMENT)


def test_a_group_needs_a_card_for_each_of_its_people(visit, slots):
    visit.case.service.needs_print = True
    visit.case.service.save()
    count = CardStockFactory(office=visit.office, cards=14, counted_at=MOMENT)
    plan = partial(
        group_visits.plan, start=START, staff=UserFactory(office=visit.office), at=MOMENT
    )

    with pytest.raises(obstacles.NotServed):
        plan(group_visit=visit)
    assert GroupVisit.objects.get(pk=visit.pk).state == GroupVisitState.REQUESTED

    count.cards = 15
    count.save()
    plan(group_visit=visit)
    assert card_stock.left(office=visit.office, at=MOMENT) == 0


def test_a_group_asks(wish):
    made = ask(wish)

    made.refresh_from_db()
    assert made.state == GroupVisitState.REQUESTED
    assert (made.people, made.wished_from, made.requested_at) == (20, day(3), MOMENT)


def test_a_request_that_is_sent_twice_is_one(wish):
    assert ask(wish) == ask(wish)
    assert GroupVisit.objects.count() == 1


@pytest.mark.parametrize(("first", "last"), [(2, 10), (3, 61), (10, 9)])
def test_a_wish_is_within_the_window_and_runs_forward(wish, first, last):
    with pytest.raises(group_visits.OutsideWindow):
        ask(wish | {"wished_from": day(first), "wished_until": day(last)})

    assert not GroupVisit.objects.exists()


def test_a_code_that_somebody_has_is_drawn_again(wish, monkeypatch):
    taken = GroupVisitFactory().code
    codes = iter([taken, "23456789"])
    monkeypatch.setattr("citizens.tokens.new_code", lambda: next(codes))

    assert ask(wish).code == "23456789"


def test_an_office_serves_what_it_has_counters_for():
    capacity = OpeningCapacityFactory()
    elsewhere = OpeningCapacityFactory(template__office__active=False)

    served = group_visits.serving_offices()

    assert served[capacity.group_id] == {capacity.template.office_id}
    assert elsewhere.group_id not in served


# --- Planning -----------------------------------------------------------------------------------------


def test_a_plan_takes_internal_places(visit, slots, staff, decided):
    places = plan(visit, staff)

    visit.refresh_from_db()
    assert visit.state == GroupVisitState.PLANNED
    assert (visit.starts_at, visit.ends_at) == (START, START + 60 * MINUTE)
    assert (visit.decided_by, visit.decided_at, visit.state_at) == (staff, MOMENT, MOMENT)
    assert [place.places for place in places] == [4, 4, 4, 3]
    assert [counts(slot) for slot in slots] == [(4, 2, 4, 2)] * 3 + [(4, 2, 3, 2)]
    assert decided == [(visit, MOMENT)]


def test_a_plan_with_online_places_takes_what_opens_later_first(visit, slots, staff):
    GroupVisit.objects.update(people=24)
    visit.refresh_from_db()

    plan(visit, staff, use_online=True)

    assert [counts(slot) for slot in slots] == [(2, 2, 6, 0)] * 4
    assert [place.places for place in visit.places.all()] == [6] * 4


def test_a_plan_takes_released_places_only_when_it_must(visit, slots, staff):
    GroupVisit.objects.update(people=26)
    visit.refresh_from_db()
    Slot.objects.filter(pk=slots[1].pk).update(taken=2)

    plan(visit, staff, use_online=True)

    assert counts(slots[0]) == (0, 0, 8, 0)
    assert counts(slots[1]) == (2, 2, 6, 0)
    assert sum(slot.releases.count() for slot in slots) == 0


def test_a_release_is_trimmed_when_only_part_of_it_goes(visit, slots, staff):
    GroupVisit.objects.update(people=17)
    visit.refresh_from_db()

    plan(visit, staff, use_online=True)

    assert counts(slots[0]) == (3, 2, 5, 1)


def test_a_plan_that_does_not_fit_says_what_lacks_and_changes_nothing(visit, slots, staff):
    GroupVisit.objects.update(people=17)
    visit.refresh_from_db()

    with pytest.raises(blocks.NotEnoughPlaces) as refused:
        plan(visit, staff)

    visit.refresh_from_db()
    assert refused.value.short == 15
    assert visit.state == GroupVisitState.REQUESTED
    assert [counts(slot) for slot in slots] == [(4, 2, 0, 2)] * 4


def test_a_visit_is_planned_once(visit, slots, staff):
    plan(visit, staff)
    Slot.objects.update(capacity=20)

    with pytest.raises(group_visits.StaleGroupVisit):
        plan(visit, staff)

    assert [counts(slot)[2] for slot in slots] == [4, 4, 4, 3]


def test_no_plan_in_the_past(visit, slots, staff):
    with pytest.raises(group_visits.TooLate):
        plan(visit, staff, at=START)


def test_no_plan_on_a_closed_day(visit, slots, staff):
    ClosedDayFactory(everywhere=True, date=local_date(START))

    with pytest.raises(group_visits.Closed):
        plan(visit, staff)


def test_no_plan_during_an_outage(visit, slots, staff):
    OutageFactory(office=visit.office, starts_at=MOMENT, expected_end=START + 60 * MINUTE)

    with pytest.raises(obstacles.NotServed):
        plan(visit, staff)


def test_a_state_moves_only_where_it_may(visit):
    with pytest.raises(ValueError, match="does not move"):
        group_visits.move(
            group_visit=visit,
            to=GroupVisitState.PLANNED,
            expected=GroupVisitState.DECLINED,
            at=MOMENT,
        )


# --- Declining and withdrawing ------------------------------------------------------------------------


def test_a_request_is_declined_with_a_reason(visit, staff, decided):
    group_visits.decline(group_visit=visit, reason=" Penuh. ", staff=staff, at=MOMENT)

    visit.refresh_from_db()
    assert (visit.state, visit.reason) == (GroupVisitState.DECLINED, "Penuh.")
    assert (visit.decided_by, visit.decided_at) == (staff, MOMENT)
    assert decided == [(visit, MOMENT)]


def test_nothing_is_declined_without_a_reason(visit, staff):
    with pytest.raises(ValueError, match="reason"):
        group_visits.decline(group_visit=visit, reason=" ", staff=staff, at=MOMENT)


@pytest.mark.parametrize("verb", ["decline", "withdraw"])
def test_the_places_of_a_planned_visit_go_back(visit, slots, staff, verb):
    plan(visit, staff, use_online=True)
    if verb == "decline":
        group_visits.decline(group_visit=visit, reason="Penuh.", staff=staff, at=MOMENT)
    else:
        group_visits.withdraw(group_visit=visit, at=MOMENT)

    assert [counts(slot) for slot in slots] == [(4, 2, 0, 2)] * 4
    assert not visit.places.exists()


def test_withdrawing_is_confirmed_and_keeps_who_planned(visit, slots, staff, decided):
    plan(visit, staff)
    decided.clear()

    group_visits.withdraw(group_visit=visit, at=MOMENT + MINUTE)

    visit.refresh_from_db()
    assert visit.state == GroupVisitState.WITHDRAWN
    assert (visit.decided_by, visit.state_at) == (staff, MOMENT + MINUTE)
    assert decided == [(visit, MOMENT + MINUTE)]


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_what_is_over_is_not_withdrawn_again(visit, state):
    GroupVisit.objects.update(state=state)
    visit.refresh_from_db()

    with pytest.raises(group_visits.StaleGroupVisit):
        group_visits.withdraw(group_visit=visit, at=MOMENT)


def test_a_visit_that_has_begun_stays():
    place = GroupPlaceFactory()
    visit = place.group_visit

    with pytest.raises(group_visits.TooLate):
        group_visits.withdraw(group_visit=visit, at=visit.starts_at)

    assert visit.places.count() == 1


def test_an_old_page_does_not_withdraw_what_was_planned_meanwhile(visit, slots, staff):
    old = GroupVisit.objects.get(pk=visit.pk)
    plan(visit, staff)

    with pytest.raises(group_visits.StaleGroupVisit):
        group_visits.withdraw(group_visit=old, at=MOMENT)

    assert [counts(slot)[2] for slot in slots] == [4, 4, 4, 3]
