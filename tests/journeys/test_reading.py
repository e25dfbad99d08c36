"""Reading changes nothing: mail scanners, previews and crawlers follow every link, and nothing may come of it."""

import datetime
import re

import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from citizens import tokens
from citizens.domain import booking, kiosks
from citizens.domain import party as parties
from citizens.domain.answers import Answers
from citizens.enums import AppointmentState, WaitlistState
from tests.factories.citizens import (
    MINUTE,
    MOMENT,
    AppointmentFactory,
    HeldPlaceFactory,
    HoldFactory,
    ServiceCaseFactory,
    SlotFactory,
    UserFactory,
)
from tests.factories.contact import ContactCodeFactory
from tests.factories.group_visit import GroupPlaceFactory, GroupVisitFactory
from tests.factories.waitlist import WaitlistEntryFactory, WaitlistOfferFactory
from tests.test_architecture import ONLY_WHILE_TRYING_OUT, PUBLIC, own_factories, routes

AT = MOMENT - datetime.timedelta(hours=2)
BORN = datetime.date(1990, 1, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def rows(db, settings):
    """A row of every model, and appointments, holds, offers, codes and group visits in their states."""
    settings.PROOF_OF_WORK = True  # its challenge is an address too
    for made in own_factories():
        made()
    case = ServiceCaseFactory(service__code="KTP", code="hilang")
    slot = SlotFactory(group=case.service.group, start=MOMENT, online=4)
    for state in AppointmentState:
        appointment = AppointmentFactory(
            with_visitor=True, state=state, email="warga@contoh.example", phone="+6281234567890"
        )
        ContactCodeFactory(appointment=appointment, made_at=AT)
    for state in WaitlistState:
        WaitlistEntryFactory(state=state)
    WaitlistOfferFactory(made_at=AT)
    GroupVisitFactory(planned=True)
    GroupVisitFactory(declined=True)
    GroupPlaceFactory()
    HeldPlaceFactory(slot=slot, hold__created_at=AT - 60 * MINUTE)
    HoldFactory(party="ktp.hilang", created_at=AT)
    answered = booking.hold(
        party=parties.parse("ktp.hilang"),
        office=slot.office.code,
        start=slot.start,
        browser=tokens.new(),
        at=AT,
        answers=Answers.of(full_name="Siti Aminah", birth_date=BORN).to_json(),
    )
    _kiosk, address = kiosks.register(office=slot.office, name="Hall", staff=UserFactory(), at=AT)
    return slot, answered, address


def public_paths(slot, hold, address):
    """Each public address with every token that anything has, without and with all of its parameters."""
    known = [
        token
        for model in apps.get_models()
        if model.__module__.startswith("citizens.")
        for field in model._meta.fields
        if field.name == "token"
        for token in model._default_manager.values_list("token", flat=True)
    ]
    known.append(address)
    query = (
        f"?kantor={slot.office.code}&tanggal=2027-03-16&penuh=1&baru&ganti={hold.token}"
        "&rombongan=ktp.hilang,ktp.hilang&orang=1"
    )
    for name, route in routes():
        if name in PUBLIC | ONLY_WHILE_TRYING_OUT:
            path = "/" + re.sub(r"<\w+:service>", "ktp", route)
            path = re.sub(r"<\w+:case>", "hilang", path)
            path = re.sub(r"<\w+:number>", "1", path)
            path = re.sub(r"<\w+:office>", slot.office.code, path)
            for token in known if "<token:token>" in path else [""]:
                for end in ("", query):
                    yield name, path.replace("<token:token>", token) + end


def everything():
    """The rows of every table of the database, as text."""
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT one::text FROM "{table}" one ORDER BY 1')  # noqa: S608 - our own tables
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def changed(before, after):
    return {table for table in before if before[table] != after[table]}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_no_public_address_changes_anything_by_being_read(rows, method):
    before = everything()
    reader = Client()
    answers = {}

    for name, path in public_paths(*rows):
        answers.setdefault(name, set()).add(reader.generic(method, path).status_code)

    assert changed(before, everything()) == set()
    assert answers.keys() == PUBLIC | ONLY_WHILE_TRYING_OUT
    assert set().union(*answers.values()) <= {200, 302, 404, 405, 503}
    # Each is really read somewhere: it shows a page or leads to one, or it is only ever sent to.
    assert [name for name, statuses in answers.items() if not statuses & {200, 302, 405, 503}] == []
    assert [name for name, statuses in answers.items() if 503 in statuses] in ([], ["health"])


def test_the_same_links_pressed_do_change_something(rows):
    """The control: what the pages do with a POST is seen in the tables."""
    booked = AppointmentFactory(with_visitor=True, starts_at=MOMENT)
    before = everything()

    Client().post(reverse("cancel", args=[booked.token]))

    assert {"citizens_appointment", "citizens_appointmentevent"} <= changed(before, everything())
