"""The rows that a visit leaves: ticket, its history, outcome, missing papers, digital-ID offer."""

import datetime
from collections import defaultdict
from collections.abc import Sequence

from citizens import tokens
from citizens.domain import arrivals, counter
from citizens.enums import (
    ActivationSource,
    Actor,
    AppointmentState,
    OfferResult,
    Outcome,
    TicketOrigin,
    TicketState,
)
from citizens.management.demo import afterwards, rhythm
from citizens.management.demo.desk import Arrival, Call
from citizens.management.demo.rows import Step
from citizens.management.demo.world import World
from citizens.models import (
    AppointmentEvent,
    DigitalIdActivation,
    DigitalIdOffer,
    MissingPaper,
    QueueDay,
    Ticket,
    User,
    Visit,
)

RECALL = datetime.timedelta(minutes=1)


def write_day(
    world: World, day: QueueDay, calls: Sequence[Call], *, waiting: Sequence[Arrival] = ()
) -> None:
    """Adds the rows of everybody who was called on `day` or still waits; they are numbered as they came."""
    reception = world.reception(day.office)
    ended = {id(call.arrival): call for call in calls}
    everybody = sorted([*(call.arrival for call in calls), *waiting], key=lambda one: one.at)
    turns = _first_come_turns(everybody, calls)
    for number, arrival in enumerate(everybody, start=1):
        call = ended.get(id(arrival))
        ticket = world.rows.add(_ticket(day, arrival, number))
        ticket.turn_at = turns.get(id(arrival))
        _write_arrival(world, ticket, arrival, reception)
        if call is not None:
            _fill_in_call(world, ticket, call)
            _write_call(world, ticket, call)
            _end_appointment(world, call)
            afterwards.tell_wait(world, ticket, call)
            if call.started_at is not None:
                _write_visit(world, ticket, call)
                afterwards.answer_survey(world, ticket, call)
    day.last_number = len(everybody)


def _ticket(day: QueueDay, arrival: Arrival, number: int) -> Ticket:
    booking = arrival.booking
    usual = arrivals.BOOKED_PREFIX if booking else arrivals.WALK_IN_PREFIX
    return Ticket(
        queue_day=day,
        number=number,
        prefix=arrivals.PRIORITY_PREFIX if arrival.priority_group else usual,
        token=tokens.new(),
        origin=TicketOrigin.BOOKED if booking else TicketOrigin.WALK_IN,
        appointment=booking.appointment if booking else None,
        case_id=arrival.case.pk,
        group_id=arrival.group_id,
        priority_group=arrival.priority_group,
        state=TicketState.WAITING,
        arrived_at=arrival.at,
        due_at=booking.starts_at if booking else None,
    )


def _fill_in_call(world: World, ticket: Ticket, call: Call) -> None:
    staff = world.staff(call.counter)
    ticket.counter_id = call.counter.pk
    ticket.called_at, ticket.called_by_id = call.called_at, staff.pk
    ticket.ended_at, ticket.ended_by_id = call.ended_at, staff.pk
    if call.started_at is None:
        ticket.state, ticket.calls = TicketState.ABSENT, counter.CALLS
    else:
        ticket.state, ticket.calls = TicketState.FINISHED, 1
        ticket.started_at, ticket.started_by_id = call.started_at, staff.pk


def _write_arrival(world: World, ticket: Ticket, arrival: Arrival, reception: User) -> None:
    world.rows.add_step(Step(ticket, "", TicketState.WAITING, arrival.at, reception.pk, None))
    if arrival.booking is not None:
        world.booker.move(
            arrival.booking,
            AppointmentState.CHECKED_IN,
            at=arrival.at,
            event=AppointmentEvent(actor=Actor.STAFF, staff_id=reception.pk),
        )


def _write_call(world: World, ticket: Ticket, call: Call) -> None:
    called = TicketState.CALLED
    steps = [(TicketState.WAITING, called, call.called_at)]
    if call.started_at is None:
        again = [call.called_at + RECALL, call.called_at + 2 * RECALL]
        steps += [(called, called, at) for at in again]
        steps.append((called, TicketState.MISSED, call.ended_at))
        steps.append((TicketState.MISSED, TicketState.ABSENT, call.ended_at))
    else:
        steps.append((called, TicketState.SERVING, call.started_at))
        steps.append((TicketState.SERVING, TicketState.FINISHED, call.ended_at))
    staff = world.staff(call.counter)
    calls = 0
    for from_state, to_state, at in steps:
        calls += to_state == called
        step = Step(ticket, from_state, to_state, at, staff.pk, call.counter.pk, calls)
        world.rows.add_step(step)


def _end_appointment(world: World, call: Call) -> None:
    if call.arrival.booking is not None:
        world.booker.move(
            call.arrival.booking,
            AppointmentState.NO_SHOW if call.started_at is None else AppointmentState.SERVED,
            at=call.ended_at,
            event=AppointmentEvent(actor=Actor.STAFF, staff_id=world.staff(call.counter).pk),
        )


def _write_visit(world: World, ticket: Ticket, call: Call) -> None:
    arrival, case = call.arrival, call.arrival.case
    outcome = rhythm.outcome(
        needs_print=case.service.needs_print, booked=arrival.booking is not None, rng=world.rng
    )
    visit = world.rows.add(
        Visit(
            ticket=ticket,
            outcome=outcome,
            recorded_at=call.ended_at,
            recorded_by_id=world.staff(call.counter).pk,
        )
    )
    if outcome == Outcome.PAPERS_MISSING:
        papers = world.papers[case.pk]
        missing = world.rng.sample(papers, k=min(len(papers), world.rng.choice((1, 1, 1, 2))))
        for paper in missing:
            world.rows.add(MissingPaper(visit=visit, requirement_id=paper.pk))
    if case.service.offers_digital_id:
        _write_offer(world, visit, call)


def _write_offer(world: World, visit: Visit, call: Call) -> None:
    """The offer to the one person there, counted like citizens.domain.visits counts it."""
    case, booking = call.arrival.case, call.arrival.booking
    result, reason = rhythm.offer(
        service=case.service.code,
        case=case.code,
        ended=Outcome(visit.outcome),
        rng=world.rng,
    )
    offer = world.rows.add(
        DigitalIdOffer(
            visit=visit,
            visitor=booking.visitor if booking else None,
            result=result,
            reason_id=world.reasons[reason].pk if reason else None,
        )
    )
    if result == OfferResult.ACTIVATED:
        subdistrict = booking.appointment.subdistrict_id if booking else None
        world.rows.add(
            DigitalIdActivation(
                person_key=booking.visitor.person_key if booking else None,
                offer=offer,
                source=ActivationSource.DESK,
                counter_id=call.counter.pk,
                subdistrict_id=subdistrict,
                lives_elsewhere=booking is not None and subdistrict is None,
                activated_at=call.ended_at,
            )
        )


def _first_come_turns(
    everybody: Sequence[Arrival], calls: Sequence[Call]
) -> dict[int, datetime.datetime]:
    """When each person would have been called if the calls had gone to whoever came first, by group.

    `everybody` is in order of arrival. Whoever came last has had no turn yet, as long as people wait.
    """
    made = defaultdict(list)
    for call in calls:
        made[call.arrival.group_id].append(call.called_at)
    turns: dict[int, datetime.datetime] = {}
    for group, times in made.items():
        came = (id(arrival) for arrival in everybody if arrival.group_id == group)
        turns.update(zip(came, sorted(times), strict=False))
    return turns
