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
ticket_called = Signal()  # ticket: Ticket, at: datetime
digital_id_activated = Signal()  # activation: DigitalIdActivation, at: datetime
