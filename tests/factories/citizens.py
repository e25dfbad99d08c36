"""One factory a model of citizens. Rows are plain; situations are traits."""

import datetime

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from citizens import crypto, models, tokens
from citizens.enums import (
    ActivationSource,
    Actor,
    AppointmentState,
    Attendance,
    ClosedDayKind,
    OfferResult,
    OfficeKind,
    Outcome,
    PriorityGroup,
    StandardPart,
    TicketOrigin,
    TicketState,
)

# Tuesday, 16 March 2027, 09.20 WIB: a working day.
MOMENT = datetime.datetime(2027, 3, 16, 2, 20, tzinfo=datetime.UTC)
DAY = datetime.date(2027, 3, 16)
MINUTE = datetime.timedelta(minutes=1)
NOTICE = "2026-11-24"


class DistrictFactory(DjangoModelFactory):
    class Meta:
        model = models.District

    code = factory.Sequence(lambda n: f"00.{n // 100 % 100:02d}.{n % 100:02d}")
    name = factory.Sequence(lambda n: f"Kecamatan {n}")


class SubdistrictFactory(DjangoModelFactory):
    class Meta:
        model = models.Subdistrict

    district = factory.SubFactory(DistrictFactory)
    code = factory.Sequence(lambda n: f"00.00.00.{n % 10000:04d}")
    name = factory.Sequence(lambda n: f"Kelurahan {n}")


class ServiceGroupFactory(DjangoModelFactory):
    class Meta:
        model = models.ServiceGroup

    code = factory.Sequence(lambda n: f"group-{n}")
    name = factory.Sequence(lambda n: f"Kelompok {n}")
    name_en = factory.Sequence(lambda n: f"Group {n}")
    letter = "A"


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = models.Service

    class Params:
        ktp = factory.Trait(offers_digital_id=True, needs_print=True)

    code = factory.Sequence(lambda n: f"SVC{n}")
    group = factory.SubFactory(ServiceGroupFactory)
    name = factory.Sequence(lambda n: f"Layanan {n}")
    name_en = factory.Sequence(lambda n: f"Service {n}")
    summary = "Ringkasan"
    summary_en = "Summary"


class ServiceCaseFactory(DjangoModelFactory):
    class Meta:
        model = models.ServiceCase

    class Params:
        ktp = factory.Trait(service=factory.SubFactory(ServiceFactory, ktp=True), nik_required=True)

    service = factory.SubFactory(ServiceFactory)
    code = factory.Sequence(lambda n: f"case-{n}")
    name = "Hilang"
    name_en = "Lost"
    attendance = Attendance.APPLICANT
    minutes = 15


class RequirementFactory(DjangoModelFactory):
    class Meta:
        model = models.Requirement

    case = factory.SubFactory(ServiceCaseFactory)
    code = factory.Sequence(lambda n: f"paper-{n}")
    text = factory.Sequence(lambda n: f"Berkas {n}")
    text_en = factory.Sequence(lambda n: f"Paper {n}")
    short_text = "KK"


class ServiceStandardFactory(DjangoModelFactory):
    class Meta:
        model = models.ServiceStandard

    service = factory.SubFactory(ServiceFactory)
    part = StandardPart.COST
    text = "Gratis"
    text_en = "Free of charge"


class OfficeFactory(DjangoModelFactory):
    class Meta:
        model = models.Office

    code = factory.Sequence(lambda n: f"office-{n}")
    kind = OfficeKind.MAIN
    name = factory.Sequence(lambda n: f"Kantor {n}")
    short_name = factory.Sequence(lambda n: f"Kantor {n}")
    address = "Jalan Contoh 1, Kota Serang"


class CounterFactory(DjangoModelFactory):
    class Meta:
        model = models.Counter
        skip_postgeneration_save = True

    office = factory.SubFactory(OfficeFactory)
    number = factory.Sequence(lambda n: n % 30000 + 1)

    @factory.post_generation
    def groups(self, create, groups, **kwargs):
        if create and groups:
            self.groups.set(groups)


class UserFactory(DjangoModelFactory):
    """A member of staff in the group named `group`. Tests sign in with client.force_login."""

    class Meta:
        model = models.User
        skip_postgeneration_save = True

    class Params:
        everywhere = factory.Trait(office=None)
        administrator = factory.Trait(is_superuser=True, office=None)

    username = factory.Sequence(lambda n: f"staff{n}")
    full_name = factory.Sequence(lambda n: f"Petugas {n}")
    email = factory.Sequence(lambda n: f"staff{n}@example.test")
    password = "!"
    is_staff = True
    office = factory.SubFactory(OfficeFactory)

    @factory.post_generation
    def group(self, create, name, **kwargs):
        if create and name:
            self.groups.add(Group.objects.get(name=name))


class DeskSessionFactory(DjangoModelFactory):
    class Meta:
        model = models.DeskSession

    class Params:
        closed = factory.Trait(closed_at=factory.LazyAttribute(lambda o: o.opened_at + 60 * MINUTE))

    counter = factory.SubFactory(CounterFactory)
    staff = factory.SubFactory(UserFactory, office=factory.SelfAttribute("..counter.office"))
    opened_at = MOMENT


class OpeningTemplateFactory(DjangoModelFactory):
    class Meta:
        model = models.OpeningTemplate

    office = factory.SubFactory(OfficeFactory)
    name = "Jam biasa"
    valid_from = datetime.date(2026, 1, 1)
    source = "anggapan"


class OpeningPeriodFactory(DjangoModelFactory):
    class Meta:
        model = models.OpeningPeriod

    template = factory.SubFactory(OpeningTemplateFactory)
    weekday = models.Weekday.TUESDAY
    opens = datetime.time(8, 0)
    closes = datetime.time(12, 0)


class OpeningCapacityFactory(DjangoModelFactory):
    class Meta:
        model = models.OpeningCapacity

    template = factory.SubFactory(OpeningTemplateFactory)
    group = factory.SubFactory(ServiceGroupFactory)
    counters = 4
    online = 2
    slot_minutes = 15


class ClosedDayFactory(DjangoModelFactory):
    class Meta:
        model = models.ClosedDay

    class Params:
        everywhere = factory.Trait(office=None)

    office = factory.SubFactory(OfficeFactory)
    date = DAY
    name = "Libur"
    kind = ClosedDayKind.OFFICE
    source = "surat edaran"


class SlotFactory(DjangoModelFactory):
    class Meta:
        model = models.Slot

    class Params:
        full = factory.Trait(taken=factory.SelfAttribute("online"))

    office = factory.SubFactory(OfficeFactory)
    group = factory.SubFactory(ServiceGroupFactory)
    start = factory.Sequence(lambda n: MOMENT + datetime.timedelta(days=1, minutes=15 * n))
    minutes = 15
    capacity = 4
    online = 2
    released = factory.SelfAttribute("online")


class HoldFactory(DjangoModelFactory):
    class Meta:
        model = models.Hold

    token = factory.LazyFunction(tokens.new)
    browser = factory.LazyFunction(tokens.new)
    party = "ktp.hilang"
    created_at = MOMENT
    expires_at = factory.LazyAttribute(lambda o: o.created_at + 5 * MINUTE)


class HeldPlaceFactory(DjangoModelFactory):
    class Meta:
        model = models.HeldPlace

    hold = factory.SubFactory(HoldFactory)
    slot = factory.SubFactory(SlotFactory)


class AppointmentFactory(DjangoModelFactory):
    """A booked appointment without people; `with_visitor` adds one person with one service."""

    class Meta:
        model = models.Appointment
        skip_postgeneration_save = True

    class Params:
        checked_in = factory.Trait(state=AppointmentState.CHECKED_IN)
        cancelled = factory.Trait(state=AppointmentState.CANCELLED)
        served = factory.Trait(state=AppointmentState.SERVED)
        with_visitor = factory.Trait(
            visitor_service=factory.RelatedFactory(
                "tests.factories.citizens.VisitorServiceFactory", "visitor__appointment"
            )
        )

    token = factory.LazyFunction(tokens.new)
    code = factory.LazyFunction(tokens.new_code)
    submission_key = factory.LazyFunction(tokens.new)
    office = factory.SubFactory(OfficeFactory)
    starts_at = MOMENT
    ends_at = factory.LazyAttribute(lambda o: o.starts_at + 15 * MINUTE)
    phone = "+6281200000000"
    email = "warga@example.test"
    subdistrict = factory.SubFactory(SubdistrictFactory)
    privacy_notice = NOTICE
    booked_at = factory.LazyAttribute(lambda o: o.starts_at - datetime.timedelta(days=2))


class AppointmentPlaceFactory(DjangoModelFactory):
    class Meta:
        model = models.AppointmentPlace

    appointment = factory.SubFactory(AppointmentFactory)
    slot = factory.SubFactory(
        SlotFactory,
        office=factory.SelfAttribute("..appointment.office"),
        start=factory.SelfAttribute("..appointment.starts_at"),
        taken=1,
    )


class VisitorFactory(DjangoModelFactory):
    """A person with an invented NIK of the unused province 00."""

    class Meta:
        model = models.Visitor

    class Params:
        without_nik = factory.Trait(nik=None)

    appointment = factory.SubFactory(AppointmentFactory)
    position = factory.LazyAttribute(lambda o: o.appointment.visitors.count() + 1)
    full_name = factory.Sequence(lambda n: f"Siti Aminah {n}")
    birth_date = datetime.date(1990, 1, 1)
    nik = factory.Sequence(lambda n: f"001001010190{n % 9999 + 1:04d}")
    person_key = factory.LazyAttribute(
        lambda o: crypto.person_key(nik=o.nik, full_name=o.full_name, birth_date=o.birth_date)
    )


class VisitorServiceFactory(DjangoModelFactory):
    class Meta:
        model = models.VisitorService

    visitor = factory.SubFactory(VisitorFactory)
    case = factory.SubFactory(ServiceCaseFactory)
    group = factory.SelfAttribute("case.service.group")
    person_key = factory.SelfAttribute("visitor.person_key")
    minutes = factory.SelfAttribute("case.minutes")
    active = factory.LazyAttribute(lambda o: o.visitor.appointment.is_active)


class AppointmentEventFactory(DjangoModelFactory):
    class Meta:
        model = models.AppointmentEvent

    appointment = factory.SubFactory(AppointmentFactory)
    to_state = AppointmentState.BOOKED
    at = MOMENT
    actor = Actor.CITIZEN


class QueueDayFactory(DjangoModelFactory):
    class Meta:
        model = models.QueueDay

    office = factory.SubFactory(OfficeFactory)
    date = DAY


class TicketFactory(DjangoModelFactory):
    """A walk-in who waits; `called`, `serving`, `finished`, `absent` give the later states."""

    class Meta:
        model = models.Ticket

    class Params:
        staff = None
        priority = factory.Trait(prefix="P", priority_group=PriorityGroup.ELDERLY)
        booked = factory.Trait(
            prefix="B",
            origin=TicketOrigin.BOOKED,
            due_at=MOMENT,
            appointment=factory.SubFactory(
                AppointmentFactory,
                checked_in=True,
                office=factory.SelfAttribute("..queue_day.office"),
                starts_at=factory.SelfAttribute("..due_at"),
            ),
        )
        was_called = factory.Trait(
            counter=factory.SubFactory(
                CounterFactory, office=factory.SelfAttribute("..queue_day.office")
            ),
            calls=1,
            called_at=factory.LazyAttribute(lambda o: o.arrived_at + 10 * MINUTE),
            called_by=factory.SubFactory(
                UserFactory, office=factory.SelfAttribute("..queue_day.office")
            ),
        )
        was_started = factory.Trait(
            was_called=True,
            started_at=factory.LazyAttribute(lambda o: o.arrived_at + 11 * MINUTE),
            started_by=factory.SelfAttribute("called_by"),
        )
        has_ended = factory.Trait(
            ended_at=factory.LazyAttribute(lambda o: o.arrived_at + 20 * MINUTE),
            ended_by=factory.SelfAttribute("called_by"),
        )
        called = factory.Trait(was_called=True, state=TicketState.CALLED)
        serving = factory.Trait(was_started=True, state=TicketState.SERVING)
        finished = factory.Trait(was_started=True, has_ended=True, state=TicketState.FINISHED)
        absent = factory.Trait(was_called=True, has_ended=True, state=TicketState.ABSENT)

    queue_day = factory.SubFactory(QueueDayFactory)
    number = factory.Sequence(lambda n: n % 30000 + 1)
    prefix = "A"
    token = factory.LazyFunction(tokens.new)
    origin = TicketOrigin.WALK_IN
    case = factory.SubFactory(ServiceCaseFactory)
    group = factory.SelfAttribute("case.service.group")
    arrived_at = MOMENT


class TicketEventFactory(DjangoModelFactory):
    class Meta:
        model = models.TicketEvent

    ticket = factory.SubFactory(TicketFactory)
    group = factory.SelfAttribute("ticket.group")
    to_state = TicketState.WAITING
    at = MOMENT
    staff = factory.SubFactory(
        UserFactory, office=factory.SelfAttribute("..ticket.queue_day.office")
    )


class VisitFactory(DjangoModelFactory):
    class Meta:
        model = models.Visit

    ticket = factory.SubFactory(TicketFactory, finished=True)
    outcome = Outcome.DONE
    recorded_at = factory.SelfAttribute("ticket.ended_at")
    recorded_by = factory.SelfAttribute("ticket.ended_by")


class MissingPaperFactory(DjangoModelFactory):
    class Meta:
        model = models.MissingPaper

    visit = factory.SubFactory(VisitFactory, outcome=Outcome.PAPERS_MISSING)
    requirement = factory.SubFactory(
        RequirementFactory, case=factory.SelfAttribute("..visit.ticket.case")
    )


class OfferReasonFactory(DjangoModelFactory):
    class Meta:
        model = models.OfferReason

    code = factory.Sequence(lambda n: f"reason-{n}")
    name = factory.Sequence(lambda n: f"Alasan {n}")
    name_en = factory.Sequence(lambda n: f"Reason {n}")


class DigitalIdOfferFactory(DjangoModelFactory):
    class Meta:
        model = models.DigitalIdOffer

    class Params:
        activated = factory.Trait(result=OfferResult.ACTIVATED)
        declined = factory.Trait(
            result=OfferResult.DECLINED, reason=factory.SubFactory(OfferReasonFactory)
        )

    visit = factory.SubFactory(VisitFactory)
    result = OfferResult.NOT_ASKED


class DigitalIdActivationFactory(DjangoModelFactory):
    class Meta:
        model = models.DigitalIdActivation

    class Params:
        desk = factory.Trait(
            source=ActivationSource.DESK,
            offer=factory.SubFactory(DigitalIdOfferFactory, activated=True),
            counter=factory.SelfAttribute("offer.visit.ticket.counter"),
        )

    person_key = factory.Sequence(lambda n: crypto.keyed_hash(str(n), purpose="test.person"))
    source = ActivationSource.EVENT
    subdistrict = factory.SubFactory(SubdistrictFactory)
    activated_at = MOMENT
