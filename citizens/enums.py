"""Words with a fixed meaning, and which change of state may follow which. The only lists of both."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Language(TextChoices):
    INDONESIAN = "id", _("Indonesian")
    ENGLISH = "en", _("English")


class OfficeKind(TextChoices):
    MAIN = "main", _("Main office")
    DISTRICT = "district", _("Service point in a kecamatan")
    MOBILE = "mobile", _("Mobile service")


class PriorityGroup(TextChoices):
    """Self-declared; no proof is asked and no diagnosis is kept (UU 25/2009 art. 29, PermenPANRB 11/2024)."""

    ELDERLY = "elderly", _("Aged 60 or over")
    DISABILITY = "disability", _("Person with a disability")
    PREGNANT = "pregnant", _("Pregnant")
    INFANT = "infant", _("With a small child")


class Attendance(TextChoices):
    """Who must come to the counter for a case."""

    APPLICANT = "applicant", _("The applicant in person; nobody can come instead")
    OWNER_WITH_PHONE = "owner_with_phone", _("The owner in person, with their own phone")
    HEAD_OR_ADULT = "head_or_adult", _("The head of the family or an adult family member")
    FAMILY_ADULT = "family_adult", _("The applicant or an adult on the same family card")
    PARENT = "parent", _("A parent or guardian")
    REPORTER = "reporter", _("The person who reports the event")


class StandardPart(TextChoices):
    """The six parts of a service standard that must be published (PermenPANRB 15/2014)."""

    REQUIREMENTS = "requirements", _("Requirements")
    PROCEDURE = "procedure", _("System, mechanism and procedure")
    DURATION = "duration", _("Time to completion")
    COST = "cost", _("Cost")
    PRODUCT = "product", _("Product")
    COMPLAINTS = "complaints", _("Handling of complaints")


class ClosedDayKind(TextChoices):
    PUBLIC_HOLIDAY = "public", _("Public holiday")
    COLLECTIVE_LEAVE = "collective", _("Collective leave")
    OFFICE = "office", _("Closed by the office")


class HoursKind(IntegerChoices):
    """Which week a template gives: the highest that is in force lies over the others."""

    ORDINARY = 0, _("Ordinary")
    RAMADAN = 1, _("Ramadan")


class AbsenceKind(TextChoices):
    """Why somebody is not at the counter."""

    LEAVE = "leave", _("Leave")
    FROM_HOME = "from_home", _("Working from home")
    ILL = "ill", _("Ill")
    AWAY = "away", _("On duty elsewhere, or in training")


class ProposalState(TextChoices):
    PROPOSED = "proposed", _("Proposed")
    APPLIED = "applied", _("Applied")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    OUTDATED = "outdated", _("Outdated: replaced by a new proposal")


PROPOSAL_MOVES: dict[ProposalState, tuple[ProposalState, ...]] = {
    ProposalState.PROPOSED: (
        ProposalState.APPLIED,
        ProposalState.WITHDRAWN,
        ProposalState.OUTDATED,
    ),
    ProposalState.APPLIED: (),
    ProposalState.WITHDRAWN: (),
    ProposalState.OUTDATED: (),
}


class Fate(TextChoices):
    """What a change of the plan does to an appointment that cannot stay where it is."""

    MOVED = "moved", _("Gets another time")
    ORPHANED = "orphaned", _("No other time was found")


class AttentionReason(TextChoices):
    """Why somebody must look after an appointment."""

    NO_PLACE = "no_place", _("No other time was found")
    NOT_TOLD = "not_told", _("Moved, and left neither a phone number nor an email address")


class AttentionEnd(TextChoices):
    """How an appointment stopped needing attention."""

    MOVED = "moved", _("Another time was taken")
    CANCELLED = "cancelled", _("Cancelled")
    TOLD = "told", _("The person was told")
    PLACED = "placed", _("The time stays after all")
    OVER = "over", _("The day came")


class CallResult(TextChoices):
    """What came of calling somebody."""

    REACHED = "reached", _("Reached and told")
    NO_ANSWER = "no_answer", _("No answer")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    THROUGH_OTHERS = "through_others", _("Told through family, RT or RW")


class SurgeKind(TextChoices):
    """What makes many people come at once."""

    LEBARAN = "lebaran", _("After Lebaran")
    YEAR_END = "year_end", _("Year end")
    SCHOOL = "school", _("School enrolment")
    SOCIAL_AID = "social_aid", _("Verification of social aid")
    ELECTION = "election", _("Election")
    CARDS = "cards", _("Blank cards were delivered")
    OTHER = "other", _("Another cause")


class AppointmentState(TextChoices):
    BOOKED = "booked", _("Booked")
    CHECKED_IN = "checked_in", _("Arrived")
    SERVED = "served", _("Served")
    NO_SHOW = "no_show", _("Did not come")
    UNSERVED = "unserved", _("Came but was not served")
    CANCELLED = "cancelled", _("Cancelled")


# An active appointment keeps its places and counts as the one its person may have in a service group.
ACTIVE_APPOINTMENT_STATES = (AppointmentState.BOOKED, AppointmentState.CHECKED_IN)

APPOINTMENT_MOVES: dict[AppointmentState, tuple[AppointmentState, ...]] = {
    AppointmentState.BOOKED: (
        AppointmentState.CHECKED_IN,
        AppointmentState.CANCELLED,
        AppointmentState.NO_SHOW,
        # The office could not keep its time, and found no other.
        AppointmentState.UNSERVED,
    ),
    AppointmentState.CHECKED_IN: (
        AppointmentState.SERVED,
        AppointmentState.NO_SHOW,
        AppointmentState.UNSERVED,
    ),
    # The counter's one undo, within a minute.
    AppointmentState.SERVED: (AppointmentState.CHECKED_IN,),
    AppointmentState.NO_SHOW: (),
    AppointmentState.UNSERVED: (),
    AppointmentState.CANCELLED: (),
}


class Actor(TextChoices):
    """Whose doing a change was."""

    CITIZEN = "citizen", _("Citizen")
    STAFF = "staff", _("Staff")
    SYSTEM = "system", _("System")


class BookedFor(TextChoices):
    """Whom the one who books books for."""

    SELF = "self", _("Myself, or my family with me")
    CHILD = "child", _("My child, or a child in my care")
    OTHER = "other", _("Somebody else, who agrees")


class PlaceShare(TextChoices):
    """Out of which share of a slot a place was given."""

    ONLINE = "online", _("Online")
    INTERNAL = "internal", _("Internal")
    OVERBOOKED = "overbooked", _("Overbooked")


class ContactKind(TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")


class WaitlistState(TextChoices):
    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Has an offer")
    ACCEPTED = "accepted", _("Took an offer")
    LEFT = "left", _("Left the list")
    ENDED = "ended", _("Over: the visit came, was cancelled, or can be earlier no more")


# Who stands on the waiting list.
ON_THE_WAITLIST = (WaitlistState.WAITING, WaitlistState.OFFERED)

WAITLIST_MOVES: dict[WaitlistState, tuple[WaitlistState, ...]] = {
    WaitlistState.WAITING: (WaitlistState.OFFERED, WaitlistState.LEFT, WaitlistState.ENDED),
    WaitlistState.OFFERED: (
        WaitlistState.WAITING,
        WaitlistState.ACCEPTED,
        WaitlistState.LEFT,
        WaitlistState.ENDED,
    ),
    WaitlistState.ACCEPTED: (),
    WaitlistState.LEFT: (),
    WaitlistState.ENDED: (),
}


class OfferState(TextChoices):
    """What became of a place that was offered to the waiting list."""

    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    LAPSED = "lapsed", _("Not answered in time")


class Organiser(TextChoices):
    """Who asks for the visit of a group."""

    NEIGHBOURHOOD = "rt_rw", _("RT or RW")
    SCHOOL = "school", _("School or campus")
    EMPLOYER = "employer", _("Employer")
    OTHER = "other", _("Other")


class GroupVisitState(TextChoices):
    REQUESTED = "requested", _("Requested")
    PLANNED = "planned", _("Planned")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


GROUP_VISIT_MOVES: dict[GroupVisitState, tuple[GroupVisitState, ...]] = {
    GroupVisitState.REQUESTED: (
        GroupVisitState.PLANNED,
        GroupVisitState.DECLINED,
        GroupVisitState.WITHDRAWN,
    ),
    GroupVisitState.PLANNED: (GroupVisitState.DECLINED, GroupVisitState.WITHDRAWN),
    GroupVisitState.DECLINED: (),
    GroupVisitState.WITHDRAWN: (),
}


class OutageCause(TextChoices):
    CENTRAL_SYSTEM = "central", _("The central system is down")
    PRINTER = "printer", _("The printer is out of order")
    NETWORK = "network", _("The network or the power is out")
    OTHER = "other", _("Another cause")


class Revealed(TextChoices):
    """What a member of staff asked to see in full."""

    NIK = "nik", _("NIK")
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail")


class TicketOrigin(TextChoices):
    BOOKED = "booked", _("Appointment")
    WALK_IN = "walk_in", _("Walk-in")


class TicketState(TextChoices):
    WAITING = "waiting", _("Waiting")
    CALLED = "called", _("Called")
    SERVING = "serving", _("Being served")
    PARKED = "parked", _("Set aside")
    MISSED = "missed", _("Called three times, not there")
    FINISHED = "finished", _("Finished")
    ABSENT = "absent", _("Absent")
    UNSERVED = "unserved", _("Not served by the end of the day")


# Whoever is there now: at most one person a counter.
AT_THE_COUNTER = (TicketState.CALLED, TicketState.SERVING)
ENDED_TICKET_STATES = (TicketState.FINISHED, TicketState.ABSENT, TicketState.UNSERVED)

# Calling again is a move from called to called: it is logged like any other. Backwards go a counter's "put back" and
# "transfer" (to waiting), whoever turns up after all, and the one undo of the last action (domain/undoing.py).
# Absent and unserved are said at the end of the day alone.
TICKET_MOVES: dict[TicketState, tuple[TicketState, ...]] = {
    # From waiting to waiting: the counter that alone would have called somebody closed.
    TicketState.WAITING: (TicketState.WAITING, TicketState.CALLED, TicketState.UNSERVED),
    TicketState.CALLED: (
        TicketState.CALLED,
        TicketState.SERVING,
        TicketState.WAITING,
        TicketState.PARKED,
        TicketState.MISSED,
        TicketState.ABSENT,
        TicketState.UNSERVED,
    ),
    TicketState.SERVING: (
        TicketState.FINISHED,
        TicketState.CALLED,
        TicketState.WAITING,
        TicketState.PARKED,
    ),
    TicketState.PARKED: (
        TicketState.CALLED,
        TicketState.SERVING,
        TicketState.WAITING,
        TicketState.UNSERVED,
    ),
    TicketState.MISSED: (TicketState.WAITING, TicketState.CALLED, TicketState.ABSENT),
    TicketState.FINISHED: (TicketState.SERVING,),
    TicketState.ABSENT: (),
    TicketState.UNSERVED: (),
}


class ParkReason(TextChoices):
    """Why somebody is set aside for a while."""

    PAPERS = "papers", _("Fetches a paper or a copy")
    SYSTEM = "system", _("Waits for the central system")
    SUPERVISOR = "supervisor", _("Waits for the supervisor")
    OTHER = "other", _("Another reason")


class DayChange(TextChoices):
    """What a supervisor changed in the queue of a day."""

    RATIO = "ratio", _("Order of booked and walk-in")
    WALK_IN_LIMIT = "walk_in_limit", _("Walk-in numbers of the day")
    SERVICE_CLOSED = "service_closed", _("Service closed")
    SERVICE_OPENED = "service_opened", _("Service opened again")
    PAPER_NUMBERS = "paper_numbers", _("Paper numbers entered")
    COUNTER_RELEASED = "counter_released", _("Counter of a colleague closed")
    DAY_ENDED = "day_ended", _("End of the day")


class SurveyElement(TextChoices):
    """The nine elements of the satisfaction survey (PermenPANRB 14/2017)."""

    REQUIREMENTS = "requirements", _("Requirements")
    PROCEDURE = "procedure", _("System, mechanism and procedure")
    TIME = "time", _("Time to completion")
    COST = "cost", _("Cost")
    PRODUCT = "product", _("What was delivered")
    COMPETENCE = "competence", _("Competence of the staff")
    CONDUCT = "conduct", _("Conduct of the staff")
    COMPLAINTS = "complaints", _("Handling of complaints")
    FACILITIES = "facilities", _("Rooms and facilities")


class SurveySource(TextChoices):
    DESK = "desk", _("QR at the counter")
    LINK = "link", _("Link after the visit")


class Outcome(TextChoices):
    """How a visit ended."""

    DONE = "done", _("Done")
    AWAITING_PRINT = "awaiting_print", _("Waiting for print")
    PAPERS_MISSING = "papers_missing", _("Papers missing")
    SYSTEM_DOWN = "system_down", _("System down")
    SENT_ELSEWHERE = "sent_elsewhere", _("Sent elsewhere")


class OfferResult(TextChoices):
    """What became of the digital-ID offer. "Not asked" is a legal answer, or it would be falsified."""

    ACTIVATED = "activated", _("Activated")
    APPOINTMENT_MADE = "appointment_made", _("Appointment made")
    DECLINED = "declined", _("Declined")
    NOT_POSSIBLE = "not_possible", _("Not possible")
    NOT_ASKED = "not_asked", _("Not asked")


# These two results say nothing without a reason.
RESULTS_WITH_REASON = (OfferResult.DECLINED, OfferResult.NOT_POSSIBLE)


class ActivationSource(TextChoices):
    DESK = "desk", _("Counter")
    EVENT = "event", _("Outreach event")
    IMPORT = "import", _("Import")
