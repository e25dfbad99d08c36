"""Rows of a queue day beside its tickets: pauses, closed services, kiosks, told waits, answers to the survey."""

import factory
from factory.django import DjangoModelFactory

from citizens import models
from citizens.enums import DayChange, SurveySource
from tests.factories.citizens import (
    MOMENT,
    DeskSessionFactory,
    OfficeFactory,
    QueueDayFactory,
    ServiceGroupFactory,
    TicketFactory,
    UserFactory,
)


class DeskPauseFactory(DjangoModelFactory):
    class Meta:
        model = models.DeskPause

    session = factory.SubFactory(DeskSessionFactory)
    began_at = MOMENT


class ClosedServiceFactory(DjangoModelFactory):
    class Meta:
        model = models.ClosedService

    queue_day = factory.SubFactory(QueueDayFactory)
    group = factory.SubFactory(ServiceGroupFactory)
    reason = "printer rusak"
    closed_at = MOMENT
    closed_by = factory.SubFactory(UserFactory, office=factory.SelfAttribute("..queue_day.office"))


class QueueDayEventFactory(DjangoModelFactory):
    class Meta:
        model = models.QueueDayEvent

    queue_day = factory.SubFactory(QueueDayFactory)
    what = DayChange.RATIO
    at = MOMENT
    staff = factory.SubFactory(UserFactory, office=factory.SelfAttribute("..queue_day.office"))


class KioskFactory(DjangoModelFactory):
    class Meta:
        model = models.Kiosk

    office = factory.SubFactory(OfficeFactory)
    name = factory.Sequence(lambda n: f"Kios {n}")
    token_hash = factory.Sequence(lambda n: f"{n:064d}")
    claimed_at = MOMENT
    registered_at = MOMENT
    registered_by = factory.SubFactory(UserFactory, office=factory.SelfAttribute("..office"))


class WaitForecastFactory(DjangoModelFactory):
    class Meta:
        model = models.WaitForecast

    ticket = factory.SubFactory(TicketFactory)
    made_at = factory.SelfAttribute("ticket.arrived_at")
    ahead = 3
    low = 10
    high = 25


class SurveyAnswerFactory(DjangoModelFactory):
    """A sheet with the mark `mark` for every element."""

    class Meta:
        model = models.SurveyAnswer

    class Params:
        mark = 3

    office = factory.SubFactory(OfficeFactory)
    date = factory.LazyFunction(MOMENT.date)
    source = SurveySource.DESK
    requirements = factory.SelfAttribute("mark")
    procedure = factory.SelfAttribute("mark")
    time = factory.SelfAttribute("mark")
    cost = factory.SelfAttribute("mark")
    product = factory.SelfAttribute("mark")
    competence = factory.SelfAttribute("mark")
    conduct = factory.SelfAttribute("mark")
    complaints = factory.SelfAttribute("mark")
    facilities = factory.SelfAttribute("mark")
