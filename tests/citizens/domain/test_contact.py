import datetime
import re
import threading

import pytest
from django.db.models import F

from citizens.domain import contact
from citizens.enums import ContactKind
from citizens.models import ContactCode
from tests.factories.citizens import MINUTE, MOMENT, AppointmentFactory
from tests.factories.contact import ContactCodeFactory
from tests.racing import at_once

AT = MOMENT - datetime.timedelta(days=2)
PHONE, EMAIL = ContactKind.PHONE, ContactKind.EMAIL


@pytest.fixture
def appointment(db):
    return AppointmentFactory()


def send(appointment, kind=PHONE, at=AT):
    """Sends a code; returns its digits, which stand in the message alone."""
    contact.send_code(appointment=appointment, kind=kind, at=at)
    body = appointment.messages.order_by("pk").last().body
    return re.search(r"\b\d{6}\b", body).group()


def prove(appointment, digits, kind=PHONE, at=AT):
    contact.prove(appointment=appointment, kind=kind, digits=digits, at=at)


def other_than(digits):
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def test_the_digits_that_were_sent_prove_the_contact(appointment):
    prove(appointment, send(appointment), at=AT + 9 * MINUTE)

    appointment.refresh_from_db()
    assert appointment.phone_proved_at == AT + 9 * MINUTE
    assert appointment.email_proved_at is None
    assert contact.unproved(appointment) == [EMAIL]


def test_the_digits_themselves_are_not_kept_with_the_code(appointment):
    digits = send(appointment)

    code = ContactCode.objects.get()
    assert digits not in code.code_key
    assert code.expires_at - code.made_at == datetime.timedelta(minutes=10)


def test_digits_of_the_phone_do_not_prove_the_email(appointment):
    digits = send(appointment)
    send(appointment, EMAIL)

    with pytest.raises(contact.WrongCode):
        prove(appointment, other_than(digits))
    prove(appointment, digits)
    assert contact.unproved(appointment) == [EMAIL]


def test_digits_sent_to_another_number_do_not_prove_the_one_that_replaced_it(appointment):
    digits = send(appointment)
    appointment.phone = "+6281299999999"
    appointment.save()

    with pytest.raises(contact.WrongCode):
        prove(appointment, digits)


def test_a_code_ends_after_ten_minutes(appointment):
    digits = send(appointment)

    with pytest.raises(contact.NoCode):
        prove(appointment, digits, at=AT + 10 * MINUTE)


def test_a_code_is_good_once(appointment):
    digits = send(appointment)
    prove(appointment, digits)

    with pytest.raises(contact.NoCode):
        prove(appointment, digits)


@pytest.mark.parametrize("later", [datetime.timedelta(0), MINUTE])
def test_a_new_code_ends_the_one_before(appointment, later):
    old = send(appointment)
    new = send(appointment, at=AT + later)

    first, last = ContactCode.objects.order_by("pk")
    assert not contact.is_good(first, at=AT + later + MINUTE)
    if old != new:
        with pytest.raises(contact.WrongCode):
            prove(appointment, old, at=AT + later)
    prove(appointment, new, at=AT + later)
    last.refresh_from_db()
    assert last.used_at is not None


def test_without_a_code_nothing_is_proved(appointment):
    with pytest.raises(contact.NoCode):
        prove(appointment, "012345")


def test_five_wrong_guesses_end_a_code_even_for_the_right_digits(appointment):
    digits = send(appointment)
    left = []
    for _ in range(5):
        with pytest.raises(contact.WrongCode) as wrong:
            prove(appointment, other_than(digits))
        left.append(wrong.value.left)

    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(contact.TooManyGuesses):
        prove(appointment, digits)


@pytest.mark.parametrize("values", [{"phone": ""}, {"cancelled": True}, {"served": True}])
def test_no_code_is_sent_where_there_is_nothing_to_prove(db, values):
    with pytest.raises(contact.NoContact):
        contact.send_code(appointment=AppointmentFactory(**values), kind=PHONE, at=AT)

    assert ContactCode.objects.count() == 0


def test_codes_that_ended_a_day_ago_are_forgotten(db):
    old = ContactCodeFactory()
    kept = ContactCodeFactory(made_at=old.made_at + MINUTE)

    assert contact.purge(at=old.expires_at + contact.KEPT + MINUTE / 2) == 1
    assert ContactCode.objects.get() == kept


# --- At once --------------------------------------------------------------------------------------

GUESSES, THREADS = 1000, 8


def guess(appointment, digits):
    """What a thread of a guesser gets out of its share of the guesses."""
    found = []
    for _ in range(GUESSES // THREADS):
        try:
            prove(appointment, digits)
        except (contact.WrongCode, contact.TooManyGuesses) as error:
            found.append(type(error))
    return found


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_thousand_guesses_at_once_end_after_five():
    appointment = AppointmentFactory()
    digits = send(appointment)

    def guesser():
        return guess(appointment, other_than(digits))

    results = [one for thread in at_once(*[guesser] * THREADS) for one in thread]

    assert results.count(contact.WrongCode) == 5
    assert results.count(contact.TooManyGuesses) == GUESSES - 5
    assert ContactCode.objects.get().attempts == 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_counting_before_writing_lets_more_than_five_guess(monkeypatch):
    """The control: the same code, with the count read first and written when everybody has read it."""
    appointment = AppointmentFactory()
    digits = send(appointment)
    everybody_has_read = threading.Barrier(THREADS)

    def look_then_write(code, *, at):
        number = ContactCode.objects.get(pk=code.pk).attempts
        everybody_has_read.wait(timeout=10)
        if number >= contact.ATTEMPTS:
            raise contact.TooManyGuesses
        ContactCode.objects.filter(pk=code.pk).update(attempts=F("attempts") + 1)
        return number + 1

    monkeypatch.setattr(contact, "_take_attempt", look_then_write)

    def guesser():
        try:
            prove(appointment, other_than(digits))
        except contact.WrongCode:
            return "compared"

    assert at_once(*[guesser] * THREADS).count("compared") == THREADS > contact.ATTEMPTS


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_code_typed_twice_at_once_is_used_once():
    appointment = AppointmentFactory()
    digits = send(appointment)

    def typed():
        prove(appointment, digits)
        return "proved"

    results = at_once(typed, typed)

    assert results.count("proved") == 1
    assert [type(result) for result in results if result != "proved"] == [contact.NoCode]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_codes_sent_at_once_one_is_good():
    appointment = AppointmentFactory()

    at_once(*[lambda: contact.send_code(appointment=appointment, kind=PHONE, at=AT)] * 2)

    codes = ContactCode.objects.all()
    assert [contact.is_good(code, at=AT + MINUTE) for code in codes].count(True) == 1
