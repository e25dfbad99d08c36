import pytest
from django.db import transaction

from citizens.domain import access
from citizens.enums import Revealed
from citizens.models import AccessLog
from tests.factories.citizens import MOMENT, AppointmentFactory, UserFactory, VisitorFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor():
    return VisitorFactory(
        nik="0010010101900042",
        appointment__phone="+6281234567890",
        appointment__email="siti@contoh.example",
    )


@pytest.fixture
def reveal(visitor):
    staff = UserFactory()

    def revealed(field, reason="Warga meminta dicek", **kwargs):
        return access.reveal(
            appointment=visitor.appointment,
            field=field,
            staff=staff,
            reason=reason,
            at=MOMENT,
            **kwargs,
        )

    return revealed


def test_a_nik_is_shown_and_who_saw_it_is_written(reveal, visitor):
    assert reveal(Revealed.NIK, visitor=visitor) == "0010010101900042"

    log = AccessLog.objects.get()
    assert (log.field, log.visitor, log.appointment) == ("nik", visitor, visitor.appointment)
    assert (log.at, log.reason) == (MOMENT, "Warga meminta dicek")


@pytest.mark.parametrize(
    ("field", "value"),
    [(Revealed.PHONE, "0812-3456-7890"), (Revealed.EMAIL, "siti@contoh.example")],
)
def test_a_way_to_reach_somebody_is_shown_and_written(reveal, field, value):
    assert reveal(field) == value
    assert AccessLog.objects.get().field == field


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_shown(reveal, visitor, reason):
    with pytest.raises(ValueError, match="reason"):
        reveal(Revealed.NIK, visitor=visitor, reason=reason)

    assert not AccessLog.objects.exists()


def test_what_is_not_there_is_not_logged(reveal, visitor):
    nobody = VisitorFactory(appointment=visitor.appointment, without_nik=True)
    visitor.appointment.email = ""

    for field, kwargs in ((Revealed.NIK, {"visitor": nobody}), (Revealed.EMAIL, {})):
        with pytest.raises(access.NothingToShow):
            reveal(field, **kwargs)

    assert not AccessLog.objects.exists()


def test_nothing_is_shown_that_could_not_be_written(reveal, visitor):
    visitor.appointment = AppointmentFactory.build(phone="+6281234567890")

    with pytest.raises(ValueError, match="unsaved"), transaction.atomic():
        reveal(Revealed.PHONE)


def test_many_phones_are_shown_with_an_access_written_for_each(visitor):
    staff, silent = UserFactory(), AppointmentFactory(phone="")
    reasons = {visitor.appointment: "Lembar telepon", silent: "Lembar telepon"}

    shown = access.reveal_phones(reasons=reasons, staff=staff, at=MOMENT)

    assert shown == {visitor.appointment.pk: "0812-3456-7890"}
    log = AccessLog.objects.get()
    assert (log.staff, log.field, log.appointment) == (staff, Revealed.PHONE, visitor.appointment)
    with pytest.raises(ValueError, match="for a reason"):
        access.reveal_phones(reasons={visitor.appointment: " "}, staff=staff, at=MOMENT)
