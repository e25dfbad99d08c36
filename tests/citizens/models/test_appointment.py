"""Who was booked is who comes: PostgreSQL itself refuses another person, whatever the program does."""

import datetime

import pytest
from django.contrib import admin
from django.db import IntegrityError, connection, transaction

from citizens.models import Appointment, Visitor
from tests.factories.citizens import AppointmentFactory, VisitorFactory

pytestmark = pytest.mark.django_db

OTHER_PERSON = {
    "full_name": "Orang Lain",
    "birth_date": datetime.date(1980, 5, 17),
    "person_key": "0" * 64,
    "nik": None,
}


@pytest.fixture
def visitor():
    return VisitorFactory(full_name="Siti Aminah")


def refused():
    return pytest.raises(IntegrityError, match="frozen")


@pytest.mark.parametrize("field", OTHER_PERSON)
def test_a_saved_row_cannot_become_somebody_else(visitor, field):
    setattr(visitor, field, OTHER_PERSON[field])

    with refused(), transaction.atomic():
        visitor.save()

    assert Visitor.objects.get(pk=visitor.pk).full_name == "Siti Aminah"


@pytest.mark.parametrize("field", OTHER_PERSON)
def test_no_update_of_many_rows_changes_who_is_booked(visitor, field):
    with refused(), transaction.atomic():
        Visitor.objects.filter(pk=visitor.pk).update(**{field: OTHER_PERSON[field]})


def test_a_person_does_not_move_to_another_appointment(visitor):
    with refused(), transaction.atomic():
        Visitor.objects.filter(pk=visitor.pk).update(appointment=AppointmentFactory())


def test_plain_sql_is_refused_as_well(visitor):
    with refused(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE citizens_visitor SET full_name = 'X' WHERE id = %s", [visitor.pk])


def test_the_same_nik_may_be_encrypted_anew(visitor):
    Visitor.objects.filter(pk=visitor.pk).update(nik=visitor.nik)

    assert Visitor.objects.get(pk=visitor.pk).nik == visitor.nik


def test_the_admin_has_no_form_for_a_person(rf):
    inlines = admin.site._registry[Appointment].inlines

    assert Visitor not in admin.site._registry
    assert not any(
        inline(Appointment, admin.site).has_change_permission(rf.get("/")) for inline in inlines
    )


def test_only_the_last_four_digits_are_compared():
    assert VisitorFactory(nik="0010010101900042").nik_ending == "0042"
    assert VisitorFactory(without_nik=True).nik_ending == ""
