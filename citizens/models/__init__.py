"""The rows of citizens, one module a subject."""

from citizens.models.appointment import (
    Appointment,
    AppointmentEvent,
    AppointmentPlace,
    HouseholdVisit,
    PaperTick,
    Visitor,
    VisitorService,
)
from citizens.models.calendar import (
    ClosedDay,
    DayDesks,
    OpeningCapacity,
    OpeningPeriod,
    OpeningTemplate,
    SpecialCapacity,
    SpecialDay,
    SpecialPeriod,
    Weekday,
)
from citizens.models.contact import ContactCode
from citizens.models.group_visit import SMALLEST_GROUP, GroupPlace, GroupVisit
from citizens.models.kiosk import Kiosk
from citizens.models.limit import AttemptCount
from citizens.models.office import Counter, DeskPause, DeskSession, Office
from citizens.models.outage import CardStock, Outage
from citizens.models.planning import Attention, AttentionCall, Proposal, ProposalLine
from citizens.models.privacy import AccessLog
from citizens.models.queue import Ticket, TicketEvent, WaitForecast
from citizens.models.queue_day import ClosedService, QueueDay, QueueDayEvent
from citizens.models.region import District, Subdistrict
from citizens.models.rota import Absence, PresenceOrder, Shift
from citizens.models.service import Requirement, Service, ServiceCase, ServiceGroup, ServiceStandard
from citizens.models.slot import HeldPlace, Hold, Release, Slot
from citizens.models.staff import User
from citizens.models.surge import SurgeCause
from citizens.models.survey import SurveyAnswer
from citizens.models.visit import (
    DigitalIdActivation,
    DigitalIdOffer,
    MissingPaper,
    OfferReason,
    Visit,
)
from citizens.models.waitlist import WaitlistEntry, WaitlistOffer

__all__ = [
    "SMALLEST_GROUP",
    "Absence",
    "AccessLog",
    "Appointment",
    "AppointmentEvent",
    "AppointmentPlace",
    "AttemptCount",
    "Attention",
    "AttentionCall",
    "CardStock",
    "ClosedDay",
    "ClosedService",
    "ContactCode",
    "Counter",
    "DayDesks",
    "DeskPause",
    "DeskSession",
    "DigitalIdActivation",
    "DigitalIdOffer",
    "District",
    "GroupPlace",
    "GroupVisit",
    "HeldPlace",
    "Hold",
    "HouseholdVisit",
    "Kiosk",
    "MissingPaper",
    "OfferReason",
    "Office",
    "OpeningCapacity",
    "OpeningPeriod",
    "OpeningTemplate",
    "Outage",
    "PaperTick",
    "PresenceOrder",
    "Proposal",
    "ProposalLine",
    "QueueDay",
    "QueueDayEvent",
    "Release",
    "Requirement",
    "Service",
    "ServiceCase",
    "ServiceGroup",
    "ServiceStandard",
    "Shift",
    "Slot",
    "SpecialCapacity",
    "SpecialDay",
    "SpecialPeriod",
    "Subdistrict",
    "SurgeCause",
    "SurveyAnswer",
    "Ticket",
    "TicketEvent",
    "User",
    "Visit",
    "Visitor",
    "VisitorService",
    "WaitForecast",
    "WaitlistEntry",
    "WaitlistOffer",
    "Weekday",
]
