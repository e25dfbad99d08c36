import datetime

import pytest
from django.urls import reverse

from citizens import tokens
from citizens.enums import AppointmentState, OfferResult, Outcome, TicketState
from citizens.models import DeskSession, DigitalIdOffer, Ticket, Visit
from portal import groups
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    DeskSessionFactory,
    OfferReasonFactory,
    OfficeFactory,
    QueueDayFactory,
    RequirementFactory,
    ServiceCaseFactory,
    TicketFactory,
    VisitorServiceFactory,
)

TODAY = "/petugas/citizens/queueday/hari-ini/"


@pytest.fixture
def case(db):
    return ServiceCaseFactory(ktp=True)


@pytest.fixture
def day(office):
    return QueueDayFactory(office=office)


@pytest.fixture
def desk(office, case):
    return CounterFactory(office=office, number=4, groups=[case.service.group])


@pytest.fixture
def session(desk, staff):
    """The open counter of the person signed in."""
    return DeskSessionFactory(counter=desk, staff=staff)


@pytest.fixture
def post(client, office):
    """Does one action of the page; `sees` says what the page then shows."""

    def act(name, *args, sees=200, data=None):
        address = reverse(f"admin:citizens_{name}", args=[office.code, *args])
        response = client.post(address, data or {}, follow=True)
        assert response.status_code == sees
        return response.content.decode() if sees == 200 else ""

    return act


def page(client, **query):
    response = client.get(TODAY, query)
    assert response.status_code == 200
    return response.content.decode()


def walk_in_data(case, **kwargs):
    chosen = {"case": case.pk, "priority_group": "", "submission_key": tokens.new()}
    return chosen | kwargs


def test_the_page_has_the_address_that_staff_bookmark():
    assert reverse("admin:citizens_today") == TODAY


def test_the_page_names_the_place_and_the_day(client, staff):
    html = page(client)

    assert "Kantor Utama · Tuesday, 16 March 2027" in html
    assert "Updated 09.20.00" in html


def test_opening_the_page_changes_nothing(client, staff):
    page(client)

    assert not Ticket.objects.exists()
    assert not DeskSession.objects.exists()


@pytest.mark.parametrize("name", ["check_in", "walk_in", "open_counter", "call_next"])
def test_whoever_comes_to_an_action_from_the_sign_in_is_led_to_the_page(
    client, staff, office, name
):
    address = reverse(f"admin:citizens_{name}", args=[office.code])

    html = client.get(address, follow=True).content.decode()

    assert "Nothing was done. Please press once more." in html
    assert client.put(address).status_code == 405


# --- Who may do what ----------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [groups.COUNTER_STAFF, groups.SUPERVISOR])
def test_who_serves_the_queue_sees_the_reception(client, sign_in, office, group):
    sign_in(group, office)

    assert "Give a number" in page(client)


@pytest.mark.parametrize("group", [groups.AUDITOR, groups.ADMINISTRATOR])
def test_who_only_reads_sees_the_list_without_any_button(client, sign_in, office, day, group):
    sign_in(group, None)
    TicketFactory(queue_day=day)

    html = page(client)

    assert "Give a number" not in html
    assert "Call next" not in html
    assert "A-" in html


@pytest.mark.parametrize("group", [groups.AUDITOR, groups.ADMINISTRATOR, groups.CAMPAIGN_MANAGER])
def test_who_only_reads_can_do_nothing(sign_in, office, post, group):
    sign_in(group, None)

    post("call_next", sees=403)
    post("check_in", sees=403)

    assert not Ticket.objects.exists()


def test_campaign_managers_do_not_see_the_queue(client, sign_in, office):
    sign_in(groups.CAMPAIGN_MANAGER, office)

    assert client.get(TODAY).status_code == 403


def test_staff_of_one_office_neither_see_nor_serve_another(client, staff):
    other = OfficeFactory()

    assert client.get(TODAY, {"kantor": other.code}).status_code == 404
    address = reverse("admin:citizens_call_next", args=[other.code])
    assert client.post(address).status_code == 403


def test_staff_of_every_office_choose_one(client, sign_in, office):
    other = OfficeFactory(name="Kantor Kecamatan", code="kec")
    sign_in(groups.COUNTER_STAFF, None)

    assert "Kantor Kecamatan · " in page(client, kantor="kec")
    response = client.post(reverse("admin:citizens_call_next", args=[other.code]))
    assert response.url == f"{TODAY}?kantor=kec"


# --- Reception ----------------------------------------------------------------------------------------


def test_a_walk_in_gets_a_number(staff, case, post):
    html = post("walk_in", data=walk_in_data(case, priority_group="pregnant"))

    assert '<p class="given-number">P-001</p>' in html
    assert Ticket.objects.get().case == case


def test_a_walk_in_form_that_is_sent_twice_gives_one_number(staff, case, post):
    data = walk_in_data(case)

    assert '<p class="given-number">A-001</p>' in post("walk_in", data=data)
    assert '<p class="given-number">A-001</p>' in post("walk_in", data=data)
    assert Ticket.objects.count() == 1


def test_a_walk_in_without_a_service_is_asked_for_it(staff, case, post):
    html = post("walk_in", data=walk_in_data(case, priority_group="elderly") | {"case": ""})

    assert "Choose what the person comes for." in html
    assert '<option value="elderly" selected>' in html


# --- The counter --------------------------------------------------------------------------------------


def test_a_counter_is_opened_and_closed(staff, desk, post):
    assert "Counter 4" in post("open_counter", data={"counter": desk.pk})
    assert DeskSession.objects.open().get().staff == staff

    post("close_counter")

    assert not DeskSession.objects.open().exists()


def test_a_counter_that_a_colleague_has_open_is_not_offered(client, staff, desk):
    DeskSessionFactory(counter=desk)

    assert "Every counter of this office is open already." in page(client)


def test_a_counter_that_a_colleague_was_quicker_to_open_says_whose_it_is(staff, desk, post):
    taken = DeskSessionFactory(counter=desk, staff__full_name="Ani")

    html = post("open_counter", data={"counter": desk.pk})

    assert f"{taken.staff} has counter 4 open." in html


def test_a_counter_left_open_yesterday_is_offered_again(client, staff, desk):
    DeskSessionFactory(counter=desk, staff=staff, opened_at=MOMENT - datetime.timedelta(days=1))

    html = page(client)

    assert "Open this counter" in html
    assert f'<option value="{desk.pk}">' in html


def test_calling_shows_the_person(session, day, case, post):
    ticket = TicketFactory(queue_day=day, case=case, booked=True)
    service = VisitorServiceFactory(visitor__appointment=ticket.appointment, case=case)
    paper = RequirementFactory(case=case, text_en="Family card")

    html = post("call_next")

    ticket.refresh_from_db()
    assert ticket.state == TicketState.CALLED
    for words in (
        ticket.label,
        service.visitor.full_name,
        service.visitor.masked_nik,
        f"{case.service.name_en}: {case.name_en}",
        ticket.appointment.subdistrict.name,
        paper.text_en,
        "Called 1 of 3",
    ):
        assert words in html
    assert service.visitor.nik not in html


def test_a_family_is_shown_with_who_came_for_what(session, day, case, post):
    ticket = TicketFactory(
        queue_day=day, case=case, called=True, booked=True, counter=session.counter
    )
    one = VisitorServiceFactory(visitor__appointment=ticket.appointment, case=case)
    two = VisitorServiceFactory(visitor__appointment=ticket.appointment)

    html = post("start", ticket.pk)

    assert f"{one.visitor.full_name} +1" in html
    assert f"{two.visitor.full_name}: {two.case.service.name_en}: {two.case.name_en}" in html


def test_calling_when_nobody_waits_says_so(session, post):
    assert "Nobody is waiting for the services of your counter." in post("call_next")


def test_calling_with_a_closed_counter_says_so(staff, post):
    assert "Your counter is closed." in post("call_next")


def test_calling_while_somebody_is_there_names_them(session, day, case, post):
    there = TicketFactory(queue_day=day, called=True, counter=session.counter)

    assert f"{there.label} is still at the counter." in post("call_next")


def test_calling_again_starting_and_absence(session, day, case, post):
    ticket = TicketFactory(queue_day=day, case=case)
    post("call_next")

    assert "Call three times before" in post("give_up", ticket.pk)
    assert "Called 2 of 3" in post("call_again", ticket.pk)
    assert "Called 3 of 3" in post("call_again", ticket.pk)
    assert "was called three times" in post("call_again", ticket.pk)
    assert f"{ticket.label} did not come" in post("give_up", ticket.pk)

    ticket.refresh_from_db()
    assert ticket.state == TicketState.MISSED


def test_a_ticket_at_another_counter_is_left_alone(session, day, post):
    elsewhere = TicketFactory(queue_day=day, called=True, counter__number=5)

    html = post("start", elsewhere.pk)

    assert "This was done already" in html
    elsewhere.refresh_from_db()
    assert elsewhere.state == TicketState.CALLED


def test_starting_twice_says_that_it_was_done(session, day, post):
    ticket = TicketFactory(queue_day=day, called=True, counter=session.counter)
    post("start", ticket.pk)

    assert "This was done already" in post("start", ticket.pk)


def test_a_ticket_of_another_office_is_not_found(session, post):
    elsewhere = TicketFactory(called=True)

    post("start", elsewhere.pk, sees=404)

    elsewhere.refresh_from_db()
    assert elsewhere.state == TicketState.CALLED


# --- The end of a visit -------------------------------------------------------------------------------


@pytest.fixture
def served(session, day, case):
    """A booked person who is being served at the counter of the person signed in."""
    ticket = TicketFactory(
        queue_day=day, case=case, serving=True, booked=True, counter=session.counter
    )
    VisitorServiceFactory(visitor__appointment=ticket.appointment, case=case)
    return ticket


def test_finishing_records_outcome_and_offer(served, post):
    reason = OfferReasonFactory()
    data = {"outcome": "awaiting_print", "offer_0": "declined", "reason_0": reason.pk}

    html = post("finish", served.pk, data=data)

    assert f"{served.label} is finished." in html
    visit = Visit.objects.get(ticket=served)
    assert visit.outcome == Outcome.AWAITING_PRINT
    offer = DigitalIdOffer.objects.get(visit=visit)
    assert (offer.result, offer.reason) == (OfferResult.DECLINED, reason)
    served.appointment.refresh_from_db()
    assert served.appointment.state == AppointmentState.SERVED


def test_the_offer_never_holds_up_the_service(served, post):
    html = post("finish", served.pk, data={"outcome": "done", "offer_0": "not_asked"})

    assert f"{served.label} is finished." in html
    assert DigitalIdOffer.objects.get().result == OfferResult.NOT_ASKED


def test_a_mistake_in_the_finish_loses_nothing(served, case, post):
    paper = RequirementFactory(case=case)
    data = {"outcome": "papers_missing", "papers": paper.pk, "offer_0": "declined"}

    html = post("finish", served.pk, data=data)

    assert "Choose why" in html
    for chosen in ("papers_missing", paper.pk, "declined"):
        assert f'value="{chosen}"' in html
    assert html.partition('id="finish"')[2].count("checked") == 3
    assert not Visit.objects.exists()


def test_finishing_twice_says_that_it_was_done(served, post):
    data = {"outcome": "done", "offer_0": "not_asked"}
    post("finish", served.pk, data=data)

    assert "This was done already" in post("finish", served.pk, data=data)
    assert Visit.objects.count() == 1


def test_a_finish_from_a_stale_tab_does_not_end_the_next_visit(served, post, session, day):
    post("finish", served.pk, data={"outcome": "done", "offer_0": "not_asked"})
    following = TicketFactory(queue_day=day, serving=True, counter=session.counter)

    post("finish", served.pk, data={"outcome": "done", "offer_0": "not_asked"})

    following.refresh_from_db()
    assert following.state == TicketState.SERVING


def test_a_service_without_the_digital_id_does_not_ask_about_it(session, day, post):
    ticket = TicketFactory(queue_day=day, called=True, counter=session.counter)

    html = post("start", ticket.pk)

    assert "Digital ID" not in html
    assert f"{ticket.label} is finished." in post("finish", ticket.pk, data={"outcome": "done"})


def test_somebody_left_at_the_counter_overnight_can_be_finished(client, served, session, post):
    yesterday = MOMENT - datetime.timedelta(days=1)
    DeskSession.objects.filter(pk=session.pk).update(opened_at=yesterday)

    assert served.label in page(client)
    post("finish", served.pk, data={"outcome": "done", "offer_0": "not_asked"})

    assert "Open this counter" in page(client)


# --- The list -----------------------------------------------------------------------------------------


def shown(html):
    """The numbers in the list, in its order."""
    parts = html.split('class="ticket">')[1:]
    return [part.partition("<")[0] for part in parts]


def test_the_list_is_in_the_order_of_being_called(client, session, day, case, post):
    for minutes in (30, 20, 10):
        TicketFactory(queue_day=day, case=case, arrived_at=MOMENT - minutes * MINUTE)
    for due in (-20, -10):
        TicketFactory(queue_day=day, case=case, booked=True, due_at=MOMENT + due * MINUTE)
    expected = shown(page(client))

    called = []
    for _ in expected:
        post("call_next")
        ticket = Ticket.objects.get(state=TicketState.CALLED)
        called.append(ticket.label)
        post("start", ticket.pk)
        post("finish", ticket.pk, data={"outcome": "done", "offer_0": "not_asked"})

    assert called == expected


def test_without_a_counter_each_service_has_its_own_order(client, staff, day):
    one, two = ServiceCaseFactory(service__group__name_en="Cards"), ServiceCaseFactory()
    tickets = [TicketFactory(queue_day=day, case=case) for case in (one, two, one)]

    html = page(client)

    assert "Cards\n            · 2 waiting" in html
    labels = [ticket.label for ticket in tickets]
    assert shown(html) == [labels[0], labels[2], labels[1]]


def test_with_a_counter_the_other_services_are_counts(client, session, day, case):
    mine = TicketFactory(queue_day=day, case=case)
    other = TicketFactory(queue_day=day)

    html = page(client)

    assert shown(html) == [mine.label]
    assert f"{other.group.name_en} <strong>1</strong>" in html


def test_a_long_list_is_cut_and_counted(client, session, day, case):
    TicketFactory.create_batch(17, queue_day=day, case=case)

    html = page(client)

    assert len(shown(html)) == 15
    assert "and 2 more" in html


def test_the_counts_of_the_day(client, staff, office, day):
    TicketFactory(queue_day=day, finished=True)
    TicketFactory(queue_day=day, was_called=True, state=TicketState.MISSED)
    TicketFactory(queue_day=day, serving=True)
    TicketFactory(queue_day=day, arrived_at=MOMENT - 34 * MINUTE)
    AppointmentFactory(office=office)
    AppointmentFactory(office=office, starts_at=MOMENT + datetime.timedelta(days=1))

    html = " ".join(page(client).split())

    for count, what in ((1, "waiting"), (1, "at counters"), (1, "finished"), (1, "set aside")):
        assert f"<dt>{what}</dt><dd>{count}</dd>" in html
    assert "<dt>yet to come</dt><dd>1</dd>" in html
    assert "<dd>34 <small>" in html


def test_a_refresh_that_finds_nothing_new_is_304(client, staff, office, day):
    address = reverse("admin:citizens_line", args=[office.code])
    first = client.get(address)

    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    TicketFactory(queue_day=day)
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again["X-Served-At"] == "09.20.00"
    assert changed.status_code == 200
    assert "A-" in changed.content.decode()


def test_the_refreshed_part_holds_nothing_to_type_into(client, session, office, day, case):
    TicketFactory(queue_day=day, case=case)

    html = client.get(reverse("admin:citizens_line", args=[office.code])).content.decode()

    for element in ("<input", "<button", "<select", "<a ", "<form"):
        assert element not in html


# --- Cost ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_any_queue(
    client, session, day, case, served, count, django_assert_num_queries
):
    for _ in range(count):
        VisitorServiceFactory(visitor__appointment=served.appointment)
        waiting = TicketFactory(queue_day=day, case=case, booked=True)
        VisitorServiceFactory(visitor__appointment=waiting.appointment, case=case)
        TicketFactory(queue_day=day)
        RequirementFactory(case=case)

    with django_assert_num_queries(29):
        page(client)


@pytest.mark.parametrize("count", [1, 3])
def test_a_refresh_costs_the_same_for_any_queue(
    client, session, office, day, case, count, django_assert_num_queries
):
    TicketFactory.create_batch(count, queue_day=day, case=case)
    TicketFactory.create_batch(count, queue_day=day)

    with django_assert_num_queries(17):
        client.get(reverse("admin:citizens_line", args=[office.code]))


def test_the_card_marks_a_contact_that_nobody_has_proved(session, day, case, post):
    ticket = TicketFactory(queue_day=day, case=case, booked=True)
    ticket.appointment.email_proved_at = MOMENT
    ticket.appointment.save()
    VisitorServiceFactory(visitor__appointment=ticket.appointment, case=case)

    html = post("call_next")

    assert "Phone not proved" in html
    assert "E-mail not proved" not in html
