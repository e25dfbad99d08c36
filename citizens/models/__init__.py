"""The rows of citizens, one module a subject."""

from citizens.models.appointment import (
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    Visitor,
    VisitorService,
)
from citizens.models.calendar import (
    ClosedDay,
    OpeningCapacity,
    OpeningPeriod,
    OpeningTemplate,
    Weekday,
)
from citizens.models.office import Counter, DeskSession, Office
from citizens.models.queue import QueueDay, Ticket, TicketEvent
from citizens.models.region import District, Subdistrict
from citizens.models.service import Requirement, Service, ServiceCase, ServiceGroup, ServiceStandard
from citizens.models.slot import HeldPlace, Hold, Slot
from citizens.models.staff import User
from citizens.models.visit import (
    DigitalIdActivation,
    DigitalIdOffer,
    MissingPaper,
    OfferReason,
    Visit,
)

__all__ = [
    "Appointment",
    "AppointmentEvent",
    "AppointmentPlace",
    "ClosedDay",
    "Counter",
    "DeskSession",
    "DigitalIdActivation",
    "DigitalIdOffer",
    "District",
    "HeldPlace",
    "Hold",
    "MissingPaper",
    "OfferReason",
    "Office",
    "OpeningCapacity",
    "OpeningPeriod",
    "OpeningTemplate",
    "QueueDay",
    "Requirement",
    "Service",
    "ServiceCase",
    "ServiceGroup",
    "ServiceStandard",
    "Slot",
    "Subdistrict",
    "Ticket",
    "TicketEvent",
    "User",
    "Visit",
    "Visitor",
    "VisitorService",
    "Weekday",
]
