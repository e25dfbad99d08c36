"""Facts that citizens tells, in the past tense, inside the transaction that made them true.

A receiver may only write rows; a message it writes is lost with the transaction when that fails.
Each is sent with send(), so that a broken receiver shows at once.
"""

from django.dispatch import Signal

# With what was booked, so that a receiver need not read it again.
# appointment: Appointment, services: list[VisitorService], at: datetime
appointment_booked = Signal()
appointment_cancelled = Signal()  # appointment: Appointment, at: datetime
# Checked in, served or no-show. appointment: Appointment, at: datetime
appointment_ended = Signal()
# Another time or place. appointment: Appointment, at: datetime, office_caused: bool
appointment_moved = Signal()
# The office cannot keep its time and found no other. appointment: Appointment, at: datetime
appointment_needs_attention = Signal()
# offer: WaitlistOffer (with entry and hold), at: datetime
place_offered = Signal()
# contact_code: ContactCode (with appointment), digits: str (kept nowhere else), at: datetime
contact_code_made = Signal()
group_visit_decided = Signal()  # group_visit: GroupVisit, at: datetime
ticket_called = Signal()  # ticket: Ticket, at: datetime
# A few numbers before it; the ticket has a phone. ticket: Ticket (with queue day and office), at: datetime
turn_came_near = Signal()
digital_id_activated = Signal()  # activation: DigitalIdActivation, at: datetime
