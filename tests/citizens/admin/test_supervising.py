import datetime

import pytest
from django.urls import reverse

from citizens import tokens
from citizens.enums import DayChange, TicketState
from citizens.models import ClosedService, DeskSession, QueueDay, QueueDayEvent, Ticket
from portal import groups
from tests.factories.citizens import (
    DAY,
    MINUTE,
    MOMENT,
    CounterFactory,
    DeskSessionFactory,
    OfficeFactory,
    OpeningPeriodFactory,
    QueueDayFactory,
    ServiceCaseFactory,
    SlotFactory,
    TicketFactory,
)
from tests.factories.queue_day import (
    ClosedServiceFactory,
    DeskPauseFactory,
    QueueDayEventFactory,
    WaitForecastFactory,
)

PAGE = "/petugas/citizens/queueday/hari-ini/utama/penyelia/"
RULE = {
    "rule-booked_per_walk_in": 1,
    "rule-calls_per_priority": 3,
    "rule-ageing_minutes": 45,
    "rule-late_minutes": 15,
    "rule-reason": "banyak tamu",
    "rule-version": 0,
}


@pytest.fixture
def supervisor(sign_in, office):
    return sign_in(groups.SUPERVISOR, office)


@pytest.fixture
def case(db):
    return ServiceCaseFactory()


@pytest.fixture
def desk(office, case):
    return CounterFactory(office=office, number=4, groups=[case.service.group])


@pytest.fixture
def day(office):
    return QueueDayFactory(office=office)


@pytest.fixture
def post(client):
    """Does one action of the page; gives the text of the page that answers."""

    def act(name, *args, data=None, sees=200):
        address = reverse(f"admin:citizens_{name}", args=["utama", *args])
        response = client.post(address, data or {}, follow=True)
        assert response.status_code == sees
        return response.text

    return act


# --- Who may ----------------------------------------------------------------------------------------------------------

ACTIONS = ["change_rule", "limit_walk_ins", "close_service", "end_day"]


@pytest.mark.parametrize("group", [groups.COUNTER_STAFF, groups.AUDITOR, groups.CAMPAIGN_MANAGER])
def test_only_supervisors_see_and_steer_the_day(client, sign_in, office, post, group):
    sign_in(group, office)

    assert client.get(PAGE).status_code == 403
    for name in ACTIONS:
        post(name, sees=403)
    post("paper_numbers", sees=403)


def test_a_supervisor_of_another_office_finds_nothing(client, sign_in, office, post):
    sign_in(groups.SUPERVISOR, OfficeFactory())

    assert client.get(PAGE).status_code == 404
    post("end_day", data={"yakin": "ya"}, sees=404)


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_answer_to_a_post_only(client, supervisor, name):
    assert client.get(reverse(f"admin:citizens_{name}", args=["utama"])).status_code == 405


def test_looking_changes_nothing(client, supervisor):
    assert client.get(PAGE).status_code == 200
    assert not QueueDay.objects.exists()


@pytest.mark.parametrize(
    ("group", "seen"), [(groups.SUPERVISOR, True), (groups.COUNTER_STAFF, False)]
)
def test_the_day_page_leads_supervisors_here(client, sign_in, office, group, seen):
    sign_in(group, office)

    assert (PAGE in client.get(reverse("admin:citizens_today")).text) is seen


# --- What it shows ----------------------------------------------------------------------------------------------------


def test_the_page_says_who_has_which_counter_since_when_and_who_pauses(client, supervisor, desk):
    session = DeskSessionFactory(counter=desk, opened_at=MOMENT - 80 * MINUTE)
    DeskPauseFactory(session=session, began_at=MOMENT - 12 * MINUTE)
    CounterFactory(office=desk.office, number=5)

    now = client.get(PAGE).context["now"]

    assert [(row.counter.number, row.since, row.paused) for row in now.desks] == [
        (4, "08.00", 12),
        (5, "", 0),
    ]
    assert (now.open_desks, now.pausing) == (1, 1)


def test_the_page_shows_who_waits_for_what_and_counters_beside_those_planned(
    client, supervisor, day, case, desk
):
    SlotFactory(office=day.office, group=case.service.group, start=MOMENT - 5 * MINUTE, capacity=4)
    SlotFactory(office=day.office, group=case.service.group, start=MOMENT + 10 * MINUTE, capacity=9)
    DeskSessionFactory(counter=desk)
    TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - 35 * MINUTE)
    TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - 5 * MINUTE)

    (wait,) = client.get(PAGE).context["now"].waits

    assert (wait.waiting, wait.longest, wait.desks, wait.planned) == (2, 35, 1, 4)
    assert wait.short


@pytest.fixture
def opening(office):
    """Open until 12.00 on that Tuesday."""
    return OpeningPeriodFactory(template__office=office)


def test_the_page_says_what_the_rest_of_the_day_will_bring(
    client, supervisor, day, case, desk, opening
):
    DeskSessionFactory(counter=desk)
    TicketFactory.create_batch(11, queue_day=day, case=case)

    response = client.get(PAGE)

    outlook = response.context["outlook"]
    assert (outlook.closes, outlook.unserved, outlook.room) == ("12.00", 0, 0)
    assert not outlook.is_measured
    assert "not measured yet" in response.text
    assert "with their planned minutes" in response.text


def test_the_page_names_who_will_not_be_served_if_nothing_changes(
    client, supervisor, day, case, desk, opening
):
    DeskSessionFactory(counter=desk)
    TicketFactory.create_batch(36, queue_day=day, case=case)

    response = client.get(PAGE)

    # 160 minutes until 12.00 are eleven visits of 15 minutes that begin before.
    assert "25 people will not be served today if nothing changes" in response.text
    assert "and 5 more" in response.text


@pytest.mark.parametrize(
    ("told", "sentence"),
    [(30, "Of 30 waits told in the last 20 working days, 20 (67 %) were as told."), (29, None)],
)
def test_the_page_says_how_often_the_told_waits_held(client, supervisor, day, told, sentence):
    for number in range(told):
        late = 30 * MINUTE if number < 10 else 15 * MINUTE
        ticket = TicketFactory(queue_day=day, finished=True, called_at=MOMENT + late)
        WaitForecastFactory(ticket=ticket, made_at=MOMENT, low=10, high=25)

    text = client.get(PAGE).text

    assert (sentence or "too few to say how often they held") in text


def test_without_a_counter_nobody_is_told_a_wait(client, supervisor, day, case, desk):
    text = client.get(PAGE).text

    assert "no counter open" in text


def test_after_the_end_of_the_day_nothing_is_foretold(client, supervisor, day, desk):
    QueueDay.objects.update(ended_at=MOMENT, ended_by=supervisor)

    assert client.get(PAGE).context["outlook"] is None


@pytest.mark.parametrize(
    ("trait", "columns", "minutes", "shown"),
    [
        ("serving", {}, 75, True),
        ("serving", {}, 70, False),
        ("called", {}, 16, True),
        ("called", {}, 15, False),
        ("was_called", {"state": TicketState.PARKED}, 31, True),
        ("was_called", {"state": TicketState.PARKED}, 30, False),
    ],
)
def test_tickets_that_nobody_moves_are_shown(
    client, supervisor, day, trait, columns, minutes, shown
):
    arrived = MOMENT - minutes * MINUTE
    if columns:
        columns |= {"parked_at": arrived, "parked_by": supervisor}
    TicketFactory(queue_day=day, arrived_at=arrived, **{trait: True}, **columns)

    assert bool(client.get(PAGE).context["now"].stuck) is shown


def test_a_visit_left_open_yesterday_is_shown_with_its_day(client, supervisor, office):
    yesterday = QueueDayFactory(office=office, date=DAY - datetime.timedelta(days=1))
    TicketFactory(queue_day=yesterday, serving=True, arrived_at=MOMENT - datetime.timedelta(days=1))

    assert "Monday, 15 March 2027" in client.get(PAGE).text


@pytest.mark.parametrize(
    ("what", "before", "after", "sentence"),
    [
        (DayChange.RATIO, "2 3 45 15", "1 3 45 15", "Now: 1 booked to 1 walk-in"),
        (DayChange.WALK_IN_LIMIT, "", "40", "no limit → 40"),
        (DayChange.SERVICE_CLOSED, "", "gone", "gone"),
        (DayChange.COUNTER_RELEASED, "4 · Ani", "A-001", "4 · Ani; there was A-001."),
        (DayChange.PAPER_NUMBERS, "", "900-903 (4)", "900-903 (4)"),
        (DayChange.DAY_ENDED, "", "1 2 3", "1 absent, 2 not served; counters closed: 3."),
    ],
)
def test_the_log_of_the_day_says_what_was_changed(
    client, supervisor, day, what, before, after, sentence
):
    QueueDayEventFactory(
        queue_day=day, what=what, before=before, after=after, reason="because", staff=supervisor
    )

    text = client.get(PAGE).text

    assert sentence in text
    assert "because" in text
    assert supervisor.full_name in text


def test_queries_do_not_grow_with_what_the_page_shows(
    client, supervisor, office, django_assert_max_num_queries
):
    day = QueueDayFactory(office=office)

    def fill(times):
        for _ in range(times):
            case = ServiceCaseFactory()
            desk = CounterFactory(office=office, groups=[case.service.group])
            DeskPauseFactory(session=DeskSessionFactory(counter=desk))
            TicketFactory(queue_day=day, case=case)
            TicketFactory(queue_day=day, serving=True, arrived_at=MOMENT - 90 * MINUTE)
            SlotFactory(office=office, group=case.service.group, start=MOMENT)
            ClosedServiceFactory(queue_day=day, group=case.service.group)
            QueueDayEventFactory(queue_day=day, what=DayChange.COUNTER_RELEASED)

    def queries():
        with django_assert_max_num_queries(40) as counted:
            client.get(PAGE)
        return len(counted)

    client.get(PAGE)  # what is remembered from then on
    fill(1)
    one = queries()
    fill(2)

    assert queries() == one


# --- What it does -----------------------------------------------------------------------------------------------------


def test_a_supervisor_changes_the_order(supervisor, post):
    text = post("change_rule", data=RULE)

    assert "Changed: the next call follows this rule" in text
    assert QueueDay.objects.get().booked_per_walk_in == 1


def test_a_mistake_is_shown_at_its_field_and_loses_nothing(supervisor, post):
    text = post(
        "change_rule", data=RULE | {"rule-booked_per_walk_in": 0, "rule-ageing_minutes": 77}
    )

    assert "greater than or equal to 1" in text
    assert 'value="77"' in text
    assert not QueueDay.objects.exists()


def test_of_two_supervisors_the_second_sees_the_change_and_keeps_what_was_typed(supervisor, post):
    post("change_rule", data=RULE)

    text = post("change_rule", data=RULE | {"rule-booked_per_walk_in": 5})

    assert "a colleague changed the day meanwhile" in text
    assert "1 booked to 1 walk-in" in text
    assert 'value="5"' in text
    assert QueueDay.objects.get().booked_per_walk_in == 1

    post("change_rule", data=RULE | {"rule-booked_per_walk_in": 5, "rule-version": 1})
    assert QueueDay.objects.get().booked_per_walk_in == 5


def test_walk_in_numbers_are_limited_and_set_free(supervisor, post):
    data = {"limit-limit": 40, "limit-reason": "petugas kurang", "limit-version": 0}
    post("limit_walk_ins", data=data)
    assert QueueDay.objects.get().walk_in_limit == 40

    assert "a colleague changed" in post("limit_walk_ins", data=data | {"limit-limit": ""})
    post("limit_walk_ins", data=data | {"limit-limit": "", "limit-version": 1})
    assert QueueDay.objects.get().walk_in_limit is None


def test_closing_a_service_is_asked_once_more_and_tells_how_many_wait(
    supervisor, post, day, case, desk
):
    TicketFactory.create_batch(10, queue_day=day, case=case)
    data = {"close-group": case.service.group_id, "close-reason": "printer rusak"}

    asked = post("close_service", data=data)
    assert "10 people wait for it, keep their places and are served." in asked
    assert not ClosedService.objects.exists()

    done = post("close_service", data=data | {"yakin": "ya"})
    assert "10 people still wait for it and keep their places." in done
    assert "takes no walk-ins: printer rusak" in done

    assert "takes walk-ins again." in post("open_service", case.service.group_id)
    assert ClosedService.objects.get().opened_by == supervisor


def test_a_service_is_not_closed_without_a_reason(supervisor, post, desk, case):
    text = post("close_service", data={"close-group": case.service.group_id, "yakin": "ya"})

    assert "Write why, in a few words." in text
    assert not ClosedService.objects.exists()


def test_reception_is_told_why_a_closed_service_gives_no_number(supervisor, post, day, case, desk):
    ClosedServiceFactory(queue_day=day, group=case.service.group, reason="printer rusak")

    text = post("walk_in", data={"case": case.pk, "submission_key": "k"})

    assert "printer rusak" in text
    assert not Ticket.objects.exists()


def test_a_colleagues_counter_is_closed_after_a_question_and_for_a_reason(
    supervisor, post, day, case, desk
):
    session = DeskSessionFactory(counter=desk)
    ticket = TicketFactory(queue_day=day, case=case, counter=desk, serving=True)

    assert "Close counter 4 of" in post("release_counter", session.pk)
    assert "Write why" in post("release_counter", session.pk, data={"yakin": "ya"})
    assert DeskSession.objects.open().exists()

    text = post("release_counter", session.pk, data={"yakin": "ya", "reason": "pulang"})
    assert f"{ticket.label}: Set aside." in text
    assert not DeskSession.objects.open().exists()
    again = post("release_counter", session.pk, data={"yakin": "ya", "reason": "pulang"})
    assert "closed already" in again


def test_a_counter_of_another_office_is_not_closed_from_here(supervisor, post):
    elsewhere = DeskSessionFactory()

    post("release_counter", elsewhere.pk, data={"yakin": "ya", "reason": "-"}, sees=404)

    assert DeskSession.objects.open().get() == elsewhere


def test_the_day_is_ended_after_a_question(supervisor, post, day):
    TicketFactory(queue_day=day)

    assert "This cannot be undone." in post("end_day")
    assert Ticket.objects.get().state == TicketState.WAITING

    text = post("end_day", data={"yakin": "ya"})
    assert "The day has ended: 0 absent, 1 not served; counters closed: 0." in text
    assert "The day was ended by" in text
    assert Ticket.objects.get().state == TicketState.UNSERVED


def test_a_day_with_somebody_at_a_counter_names_the_counters(supervisor, post, day, desk):
    ticket = TicketFactory(queue_day=day, counter=desk, serving=True)

    text = post("end_day", data={"yakin": "ya"})

    assert f"{ticket.label} (counter 4)" in text
    assert not QueueDayEvent.objects.exists()


def test_a_day_that_was_ended_meanwhile_is_not_steered(supervisor, post, day):
    QueueDay.objects.update(ended_at=MOMENT, ended_by=supervisor)

    assert "The day has ended; nothing was changed." in post("change_rule", data=RULE)


# --- Numbers from paper -----------------------------------------------------------------------------------------------


def slips(*rows):
    data = {"slip-TOTAL_FORMS": len(rows), "slip-INITIAL_FORMS": 0}
    return data | {
        f"slip-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()
    }


def test_numbers_from_paper_are_entered_and_empty_rows_do_not_count(supervisor, post, case):
    rows = [
        {"number": 901, "time": "08.10", "case": case.pk},
        {},
        {"number": 900, "time": "08:05", "case": case.pk, "outcome": "done"},
    ]

    text = post("paper_numbers", data=slips(*rows))

    assert "2 numbers from paper are entered" in text
    assert "900-901 (2)" in text
    states = Ticket.objects.order_by("number").values_list("number", "state")
    assert list(states) == [(900, TicketState.FINISHED), (901, TicketState.WAITING)]


UNKNOWN_CODE = tokens.new_code()
WRONG = {
    "twice": ({"number": 900, "time": "08.05"}, "entered already, or stands here twice"),
    "not printed": ({"number": 123, "time": "08.05"}, "greater than or equal to 900"),
    "in the future": ({"number": 901, "time": "09.21"}, "not of today until now (09.20"),
    "no time": ({"number": 901, "time": "pagi"}, "Write the time as on the paper"),
    "no service": ({"number": 901, "time": "08.05", "case": ""}, "Choose the service, or type"),
    "no code": ({"number": 901, "time": "08.05", "code": "x"}, "no appointment code"),
    "unknown": ({"number": 901, "time": "08.05", "code": UNKNOWN_CODE}, "No appointment has this"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_row_says_why_and_nothing_is_entered(supervisor, post, case, mistake):
    wrong, sentence = WRONG[mistake]
    right = {"number": 900, "time": "08.05", "case": case.pk}

    text = post("paper_numbers", data=slips(right, {"case": case.pk} | wrong))

    assert sentence in text
    assert 'value="900"' in text
    assert not Ticket.objects.exists()


def test_nothing_written_is_said(supervisor, post):
    assert "Write at least one number." in post("paper_numbers", data=slips({}))


def test_the_figures_alone_are_sent_only_when_they_changed(client, supervisor, day, case):
    first = client.get(f"{PAGE}sekarang/")
    same = client.get(f"{PAGE}sekarang/", headers={"If-None-Match": first.headers["ETag"]})
    TicketFactory(queue_day=day, case=case)
    changed = client.get(f"{PAGE}sekarang/", headers={"If-None-Match": first.headers["ETag"]})

    assert (same.status_code, same.content, changed.status_code) == (304, b"", 200)
    assert same.headers["X-Served-At"]
    assert changed.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("group", "own", "status"), [(groups.COUNTER_STAFF, True, 403), (groups.SUPERVISOR, False, 404)]
)
def test_the_figures_are_for_supervisors_of_the_office_only(
    client, sign_in, office, group, own, status
):
    sign_in(group, office if own else OfficeFactory(code="lain"))
    assert client.get(f"{PAGE}sekarang/").status_code == status
