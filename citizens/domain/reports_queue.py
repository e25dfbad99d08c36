"""Reports of the queue: waits, arrivals, told waits, appointments that nobody came to, desks planned and open."""

import datetime

from citizens.domain import availability
from citizens.domain.reports import IN_SCOPE, Row, Scope, fetch, name_of
from citizens.enums import AppointmentState, TicketOrigin

# The wait of one ticket in minutes: from arrival, or from the booked time where that is later, to the first call.
# Whoever is called before the booked time has waited nothing. Numbers from paper have no true times.
WAITS = f"""
    SELECT service.id AS service_id, {name_of("service")} AS service, service.sort_order,
        date_part('hour', ticket.arrived_at AT TIME ZONE %(zone)s)::int AS hour,
        greatest(
            extract(epoch FROM ticket.called_at - greatest(ticket.arrived_at, ticket.due_at)), 0
        )::float / 60 AS wait
    FROM citizens_ticket ticket
    JOIN citizens_queueday day ON day.id = ticket.queue_day_id
    JOIN citizens_servicecase work ON work.id = ticket.case_id
    JOIN citizens_service service ON service.id = work.service_id
    WHERE {IN_SCOPE} AND ticket.called_at IS NOT NULL AND NOT ticket.from_paper
"""  # noqa: S608 - composed of constants only
SUMMED = """
    count(*)::int,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY wait),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY wait)
"""


def waits_by_service(scope: Scope) -> list[Row]:
    """(service, people, p50, p90), in minutes. One query, as each of this module."""
    return fetch(
        f"SELECT service, {SUMMED} FROM ({WAITS}) waits"  # noqa: S608 - composed of constants only
        " GROUP BY service_id, service, sort_order ORDER BY sort_order, service",
        scope,
    )


def waits_by_hour(scope: Scope) -> list[Row]:
    """(hour of arrival, people, p50, p90)."""
    return fetch(
        f"SELECT hour, {SUMMED} FROM ({WAITS}) waits GROUP BY hour ORDER BY hour",  # noqa: S608 - constants only
        scope,
    )


def waits_by_service_and_hour(scope: Scope) -> list[Row]:
    """(service, hour of arrival, people, p50, p90)."""
    return fetch(
        f"SELECT service, hour, {SUMMED} FROM ({WAITS}) waits"  # noqa: S608 - composed of constants only
        " GROUP BY service_id, service, sort_order, hour ORDER BY sort_order, service, hour",
        scope,
    )


ARRIVALS = f"""
    SELECT date_part('hour', ticket.arrived_at AT TIME ZONE %(zone)s)::int AS hour,
        count(*) FILTER (WHERE ticket.origin = %(booked)s)::int,
        count(*) FILTER (WHERE ticket.origin <> %(booked)s)::int
    FROM citizens_ticket ticket JOIN citizens_queueday day ON day.id = ticket.queue_day_id
    WHERE {IN_SCOPE}
    GROUP BY hour ORDER BY hour
"""  # noqa: S608 - composed of constants only


def arrivals_by_hour(scope: Scope) -> list[Row]:
    """(hour, booked, walk-ins), in tickets."""
    return fetch(ARRIVALS, scope, {"booked": TicketOrigin.BOOKED.value})


TOLD = f"""
    SELECT {name_of("service")} AS service, count(*)::int,
        count(*) FILTER (
            WHERE ticket.called_at - forecast.made_at
                BETWEEN forecast.low * interval '1 minute' AND forecast.high * interval '1 minute'
        )::int
    FROM citizens_waitforecast forecast
    JOIN citizens_ticket ticket ON ticket.id = forecast.ticket_id
    JOIN citizens_queueday day ON day.id = ticket.queue_day_id
    JOIN citizens_servicecase work ON work.id = ticket.case_id
    JOIN citizens_service service ON service.id = work.service_id
    WHERE {IN_SCOPE} AND ticket.called_at IS NOT NULL
    GROUP BY service.id ORDER BY service.sort_order, service.name
"""  # noqa: S608 - composed of constants only


def told_waits(scope: Scope) -> list[Row]:
    """(service, ranges told, of these held), of people who were called."""
    return fetch(TOLD, scope)


# A person with a ticket has come, whatever became of it.
APPOINTMENTS = """
    SELECT {key} AS key,
        count(*)::int,
        count(*) FILTER (WHERE ticket.id IS NOT NULL)::int,
        count(*) FILTER (WHERE ticket.id IS NOT NULL AND appointment.state = %(no_show)s)::int,
        count(*) FILTER (WHERE appointment.state = %(unserved)s)::int,
        count(*) FILTER (WHERE ticket.id IS NULL AND appointment.state = %(no_show)s)::int,
        count(*) FILTER (WHERE ticket.id IS NULL AND appointment.state = %(booked)s)::int
    FROM citizens_appointment appointment
    LEFT JOIN citizens_ticket ticket ON ticket.appointment_id = appointment.id
    WHERE appointment.starts_at >= %(since)s AND appointment.starts_at < %(until)s
        AND appointment.state <> %(cancelled)s
        AND (%(office)s::bigint IS NULL OR appointment.office_id = %(office)s)
    GROUP BY key ORDER BY key
"""
STATES = {
    "no_show": AppointmentState.NO_SHOW.value,
    "unserved": AppointmentState.UNSERVED.value,
    "booked": AppointmentState.BOOKED.value,
    "cancelled": AppointmentState.CANCELLED.value,
}


def no_shows_by_hour(scope: Scope) -> list[Row]:
    """(hour of the booked time, booked, came, of these gone when called, of these not served, did not come, open)."""
    key = "date_part('hour', appointment.starts_at AT TIME ZONE %(zone)s)::int"
    return fetch(APPOINTMENTS.format(key=key), scope, STATES)


def no_shows_by_day(scope: Scope) -> list[Row]:
    """(day, and the same numbers)."""
    key = "(appointment.starts_at AT TIME ZONE %(zone)s)::date"
    return fetch(APPOINTMENTS.format(key=key), scope, STATES)


# A counter that was left open counts until midnight. A day that goes on counts until now, on both sides.
DESKS = f"""
    WITH planned AS (
        SELECT (slot.start AT TIME ZONE %(zone)s)::date AS date,
            sum(slot.capacity * least(slot.minutes * 60, extract(epoch FROM %(at)s - slot.start))) / 3600
                AS hours
        FROM citizens_slot slot
        WHERE slot.start >= %(since)s AND slot.start < least(%(until)s, %(at)s)
            AND (%(office)s::bigint IS NULL OR slot.office_id = %(office)s)
            AND {availability.ON_OPEN_DAYS}
        GROUP BY 1
    ), sessions AS (
        SELECT session.id, session.counter_id, session.opened_at,
            (session.opened_at AT TIME ZONE %(zone)s)::date AS date,
            greatest(session.opened_at, least(
                coalesce(session.closed_at, %(at)s),
                ((session.opened_at AT TIME ZONE %(zone)s)::date + 1)::timestamp AT TIME ZONE %(zone)s
            )) AS closed_at
        FROM citizens_desksession session
        JOIN citizens_counter counter ON counter.id = session.counter_id
        WHERE session.opened_at >= %(since)s AND session.opened_at < %(until)s
            AND (%(office)s::bigint IS NULL OR counter.office_id = %(office)s)
    ), pauses AS (
        SELECT sessions.id,
            sum(extract(epoch FROM
                greatest(least(coalesce(pause.ended_at, sessions.closed_at), sessions.closed_at) - pause.began_at,
                    interval '0'))) / 3600 AS hours
        FROM sessions JOIN citizens_deskpause pause ON pause.session_id = sessions.id
        GROUP BY sessions.id
    ), opened AS (
        SELECT sessions.date, count(DISTINCT sessions.counter_id)::int AS counters,
            count(*)::int AS sessions,
            sum(extract(epoch FROM sessions.closed_at - sessions.opened_at)) / 3600 AS hours,
            sum(coalesce(pauses.hours, 0)) AS paused
        FROM sessions LEFT JOIN pauses ON pauses.id = sessions.id
        GROUP BY sessions.date
    )
    SELECT date, coalesce(planned.hours, 0)::float, (coalesce(opened.hours - opened.paused, 0))::float,
        coalesce(opened.paused, 0)::float, coalesce(opened.counters, 0), coalesce(opened.sessions, 0)
    FROM planned FULL JOIN opened USING (date)
    ORDER BY date
"""  # noqa: S608 - composed of constants only


def desks_by_day(scope: Scope, *, at: datetime.datetime) -> list[Row]:
    """(day, desk hours planned, really open without pauses, paused, counters, sessions), of days that have any."""
    return fetch(DESKS, scope, {"at": at})
