"""Rows of planning: special days, the rota, proposals, people to look after, causes of surges."""

import datetime

import factory
from factory.django import DjangoModelFactory

from citizens import models
from citizens.enums import AbsenceKind, AttentionReason, CallResult, Fate, SurgeKind
from tests.factories.citizens import (
    MOMENT,
    AppointmentFactory,
    CounterFactory,
    OfficeFactory,
    ServiceGroupFactory,
    UserFactory,
)

DAY = datetime.timedelta(days=1)
TODAY = MOMENT.date()


class SpecialDayFactory(DjangoModelFactory):
    class Meta:
        model = models.SpecialDay

    office = factory.SubFactory(OfficeFactory)
    date = TODAY + DAY
    name = "Pelayanan Sabtu"
    source = "SK Kepala Dinas 12/2026"


class SpecialPeriodFactory(DjangoModelFactory):
    class Meta:
        model = models.SpecialPeriod

    day = factory.SubFactory(SpecialDayFactory)
    opens = datetime.time(9)
    closes = datetime.time(12)


class SpecialCapacityFactory(DjangoModelFactory):
    class Meta:
        model = models.SpecialCapacity

    day = factory.SubFactory(SpecialDayFactory)
    group = factory.SubFactory(ServiceGroupFactory)
    counters = 2
    online = 1
    slot_minutes = 15


class DayDesksFactory(DjangoModelFactory):
    class Meta:
        model = models.DayDesks

    office = factory.SubFactory(OfficeFactory)
    date = TODAY + DAY
    group = factory.SubFactory(ServiceGroupFactory)
    counters = 1
    online = 1
    set_at = MOMENT
    set_by = factory.SubFactory(UserFactory)


class ShiftFactory(DjangoModelFactory):
    """On the weekday of the factories' moment, from long ago on."""

    class Meta:
        model = models.Shift

    staff = factory.SubFactory(UserFactory)
    counter = factory.SubFactory(CounterFactory)
    weekday = TODAY.weekday()
    valid_from = datetime.date(2026, 1, 1)


class AbsenceFactory(DjangoModelFactory):
    class Meta:
        model = models.Absence

    staff = factory.SubFactory(UserFactory)
    kind = AbsenceKind.LEAVE
    first_day = TODAY
    until = factory.LazyAttribute(lambda o: o.first_day + DAY)
    entered_at = MOMENT
    entered_by = factory.SubFactory(UserFactory)


class PresenceOrderFactory(DjangoModelFactory):
    class Meta:
        model = models.PresenceOrder

    first_day = TODAY
    until = factory.LazyAttribute(lambda o: o.first_day + DAY)
    source = "SE Wali Kota 7/2026"
    entered_at = MOMENT
    entered_by = factory.SubFactory(UserFactory)


class ProposalFactory(DjangoModelFactory):
    """Nothing is edited: it serves where the row alone matters."""

    class Meta:
        model = models.Proposal

    title = "Kantor tutup"
    edits = factory.LazyFunction(list)
    first_day = TODAY
    until = factory.LazyAttribute(lambda o: o.first_day + DAY)
    effect = factory.LazyFunction(dict)
    fingerprint = "0" * 64
    made_at = MOMENT
    made_by = factory.SubFactory(UserFactory)


class ProposalLineFactory(DjangoModelFactory):
    class Meta:
        model = models.ProposalLine

    proposal = factory.SubFactory(ProposalFactory)
    appointment = factory.SubFactory(AppointmentFactory)
    fate = Fate.ORPHANED
    from_starts_at = factory.SelfAttribute("appointment.starts_at")
    has_contact = True


class AttentionFactory(DjangoModelFactory):
    class Meta:
        model = models.Attention

    appointment = factory.SubFactory(AppointmentFactory)
    reason = AttentionReason.NO_PLACE
    proposal = factory.SubFactory(ProposalFactory)
    opened_at = MOMENT


class AttentionCallFactory(DjangoModelFactory):
    class Meta:
        model = models.AttentionCall

    attention = factory.SubFactory(AttentionFactory)
    result = CallResult.NO_ANSWER
    called_at = MOMENT
    called_by = factory.SubFactory(UserFactory)


class SurgeCauseFactory(DjangoModelFactory):
    class Meta:
        model = models.SurgeCause

    kind = SurgeKind.LEBARAN
    name = "Sesudah Lebaran"
    first_day = TODAY
    days = 10
    multiplier = "2.00"
    source = "Anggapan dari tahun 2024"
