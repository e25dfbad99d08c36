"""Reports of what came of visits: missing papers, and the digital-ID offers with their reasons."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from citizens.domain.reports import IN_SCOPE, Row, Scope, fetch, name_of
from citizens.enums import OfferResult

MOST_PAPERS = 20
SMALL = 5  # a smaller number of people in a kelurahan is not told

VISITS = """
    citizens_visit visit
    JOIN citizens_ticket ticket ON ticket.id = visit.ticket_id
    JOIN citizens_queueday day ON day.id = ticket.queue_day_id
    JOIN citizens_servicecase work ON work.id = ticket.case_id
    JOIN citizens_service service ON service.id = work.service_id
"""
# The visits of each case are counted whether or not a paper was missing: the base of its share.
PAPERS = f"""
    WITH visits AS (
        SELECT visit.id, work.id AS case_id
        FROM {VISITS}
        WHERE {IN_SCOPE}
    ), bases AS (SELECT case_id, count(*)::int AS visits FROM visits GROUP BY case_id)
    SELECT {name_of("paper", "text")}, {name_of("service")}, {name_of("work")},
        count(*)::int AS missing, bases.visits
    FROM visits
    JOIN citizens_missingpaper missing ON missing.visit_id = visits.id
    JOIN citizens_requirement paper ON paper.id = missing.requirement_id
    JOIN citizens_servicecase work ON work.id = paper.case_id
    JOIN citizens_service service ON service.id = work.service_id
    LEFT JOIN bases ON bases.case_id = visits.case_id
    GROUP BY paper.id, service.id, work.id, bases.case_id, bases.visits
    ORDER BY missing DESC, paper.id
    LIMIT {MOST_PAPERS}
"""  # noqa: S608 - composed of constants only


def missing_papers(scope: Scope) -> list[Row]:
    """(paper, service, case, visits in which it was missing, visits of the case), the MOST_PAPERS commonest."""
    return fetch(PAPERS, scope)


# The home is known of people with an appointment, and of those whose activation names it.
OFFERS = f"""
    FROM citizens_digitalidoffer offer
    JOIN citizens_visit visit ON visit.id = offer.visit_id
    JOIN citizens_ticket ticket ON ticket.id = visit.ticket_id
    JOIN citizens_queueday day ON day.id = ticket.queue_day_id
    JOIN citizens_office office ON office.id = day.office_id
    JOIN citizens_servicecase work ON work.id = ticket.case_id
    JOIN citizens_service service ON service.id = work.service_id
    LEFT JOIN citizens_counter counter ON counter.id = ticket.counter_id
    LEFT JOIN citizens_visitor visitor ON visitor.id = offer.visitor_id
    LEFT JOIN citizens_appointment appointment ON appointment.id = visitor.appointment_id
    LEFT JOIN citizens_digitalidactivation activation ON activation.offer_id = offer.id
    LEFT JOIN citizens_subdistrict home
        ON home.code = coalesce(activation.subdistrict_id, appointment.subdistrict_id)
    LEFT JOIN citizens_offerreason reason ON reason.id = offer.reason_id
    WHERE {IN_SCOPE}
"""
ELSEWHERE = "coalesce(activation.lives_elsewhere, false) OR (appointment.id IS NOT NULL AND home.code IS NULL)"
DESK = "desk"
SERVICE = "service"
HOME = "kelurahan"
# By what is counted: the name of a row, and what puts rows in order.
BY = {
    DESK: (
        "office.short_name || ' · ' || coalesce(counter.number::text, '-')",
        "office.sort_order, office.id, counter.number",
    ),
    SERVICE: (name_of("service"), "service.sort_order, service.id"),
    HOME: (
        f"CASE WHEN {ELSEWHERE} THEN %(elsewhere)s ELSE coalesce(home.name, %(unknown)s) END",
        f"({ELSEWHERE}), home.name, home.code",
    ),
}


def _words() -> dict[str, str]:
    return {"elsewhere": _("Outside Kota Serang"), "unknown": _("Not asked (walk-in)")}


def offers(scope: Scope, *, by: str) -> list[Row]:
    """(name, one count for each OfferResult in order), in people. By kelurahan, small counts are None."""
    name, order = BY[by]
    columns = ", ".join(
        f"count(*) FILTER (WHERE offer.result = '{result.value}')::int" for result in OfferResult
    )
    found = fetch(
        f"SELECT {name} AS row_name, {columns} {OFFERS} GROUP BY row_name, {order} ORDER BY {order}",
        scope,
        _words(),
    )
    return hide_small(found) if by == HOME else found


def reasons(scope: Scope, *, by: str) -> list[Row]:
    """(name, result, reason, people), of offers that were declined or not possible. By kelurahan, small counts are None."""
    name, order = BY[by]
    found = fetch(
        f"SELECT {name} AS row_name, offer.result, {name_of('reason')}, count(*)::int {OFFERS}"
        f" AND reason.id IS NOT NULL GROUP BY row_name, {order}, offer.result, reason.id"
        f" ORDER BY {order}, count(*) DESC, reason.id",
        scope,
        _words(),
    )
    return hide_small_reasons(found) if by == HOME else found


def all_reasons(scope: Scope) -> list[Row]:
    """(result, reason, people), the commonest first."""
    return fetch(
        f"SELECT offer.result, {name_of('reason')}, count(*)::int AS people {OFFERS}"
        " AND reason.id IS NOT NULL GROUP BY offer.result, reason.id ORDER BY people DESC, reason.id",
        scope,
    )


def hide_small(rows: Sequence[Row]) -> list[Row]:
    """The rows with None for each count from 1 to SMALL - 1.

    Where that hides a single count of a column, the next larger one is hidden with it: otherwise the sum over all
    kelurahan, which other tables tell, less what is shown, would give it away.
    """
    columns = range(1, len(rows[0])) if rows else range(0)
    hidden = {
        (place, column) for column in columns for place in _hidden([row[column] for row in rows])
    }
    return [
        tuple(None if (place, column) in hidden else value for column, value in enumerate(row))
        for place, row in enumerate(rows)
    ]


def hide_small_reasons(rows: Sequence[Row]) -> list[Row]:
    """The rows of reasons by kelurahan, with None for small counts and for what would give these away.

    Hidden is also every reason of a count that hide_small() hides, for the reasons add up to it.
    """
    hidden: set[int] = set()
    cells = _grouped(rows, lambda row: (row[0], row[1]))
    for result in {row[1] for row in rows}:
        names = [places for (_name, of), places in cells.items() if of == result]
        sums = [sum(rows[place][3] for place in places) for places in names]
        hidden.update(place for number in _hidden(sums) for place in names[number])
    for places in [*cells.values(), *_grouped(rows, lambda row: (row[1], row[2])).values()]:
        hidden.update(places[number] for number in _hidden([rows[place][3] for place in places]))
    return [(*row[:3], None if place in hidden else row[3]) for place, row in enumerate(rows)]


def _grouped(rows: Sequence[Row], key: Callable[[Row], Row]) -> dict[Row, list[int]]:
    """The places of the rows that have the same key."""
    found: dict[Row, list[int]] = {}
    for place, row in enumerate(rows):
        found.setdefault(key(row), []).append(place)
    return found


def _hidden(counts: Sequence[int]) -> list[int]:
    ranked = sorted((count, place) for place, count in enumerate(counts) if count)
    small = [place for count, place in ranked if count < SMALL]
    return [place for _count, place in ranked[:2]] if len(small) == 1 else small
