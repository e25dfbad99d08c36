"""The tables of missing papers and of the digital-ID offer."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.admin.reports_chart import Bar, Chart
from citizens.admin.reports_tables import Asked, Report, Share, Table, TableOf, share
from citizens.domain import reports_visits
from citizens.domain.reports import Row
from citizens.domain.reports_visits import DESK, HOME, MOST_PAPERS, SERVICE, SMALL
from citizens.enums import OfferResult

ASKED_RESULTS = [result for result in OfferResult if result != OfferResult.NOT_ASKED]
PLACE_OF = {result: place for place, result in enumerate(OfferResult, start=1)}


def missing_papers(asked: Asked) -> Table:
    rows = reports_visits.missing_papers(asked.scope)
    return Table(
        (
            _("Paper"),
            _("Service"),
            _("Case"),
            _("Visits in which it was missing"),
            _("Visits of the case"),
        ),
        rows,
        words=3,
        chart=Chart(
            [
                Bar(
                    row[0],
                    (row[3],),
                    _("%(part)s of %(whole)s") % {"part": row[3], "whole": row[4]},
                )
                for row in rows
                if row[4]
            ]
        ),
        note=_("The %(most)s commonest. The bars say: missing, of the visits of the case.")
        % {"most": MOST_PAPERS},
    )


def offers(by: str, heading: Callable[[], str]) -> Callable[[Asked], Table]:
    """What builds the table of offers by desk, service or kelurahan."""

    def build(asked: Asked) -> Table:
        rows = reports_visits.offers(asked.scope, by=by)
        small = by == HOME
        return Table(
            (heading(), *(str(result.label) for result in OfferResult)),
            rows,
            chart=Chart(
                [
                    Bar(row[0], (row[1],), str(row[1]))
                    for row in rows
                    if row[PLACE_OF[OfferResult.ACTIVATED]] is not None
                ]
            ),
            shares=_accepted(rows) if by == DESK else (),
            empty=_("hidden"),
            note=_small() if small else "",
        )

    return build


def _accepted(rows: Sequence[Row]) -> Sequence[Share]:
    def total(*results: OfferResult) -> int:
        return sum(row[PLACE_OF[result]] for row in rows for result in results)

    return share(
        _("Activated of those who were asked"),
        total(OfferResult.ACTIVATED),
        _("people whose digital ID was activated"),
        total(*ASKED_RESULTS),
        _("people present who were asked"),
    )


def reasons(by: str, heading: Callable[[], str]) -> Callable[[Asked], Table]:
    """What builds the table of reasons by desk, service or kelurahan."""

    def build(asked: Asked) -> Table:
        rows = [
            (name, str(OfferResult(result).label), reason, people)
            for name, result, reason, people in reports_visits.reasons(asked.scope, by=by)
        ]
        return Table(
            (heading(), _("Result"), _("Reason"), _("People")),
            rows,
            words=3,
            empty=_("hidden"),
            note=_small() if by == HOME else "",
        )

    return build


def all_reasons(asked: Asked) -> Table:
    rows = [
        (reason, str(OfferResult(result).label), people)
        for result, reason, people in reports_visits.all_reasons(asked.scope)
    ]
    return Table(
        (_("Reason"), _("Result"), _("People")),
        rows,
        words=2,
        chart=Chart([Bar(row[0], (row[2],), f"{row[2]} · {row[1]}") for row in rows]),
    )


def _small() -> str:
    return _(
        "Numbers from 1 to %(most)s are hidden, and so is the next larger one where a single hidden number could be "
        "computed from the others."
    ) % {"most": SMALL - 1}


def _desk() -> str:
    return _("Counter")


def _service() -> str:
    return _("Service")


def _home() -> str:
    return _("Kelurahan")


PAPERS = Report(
    "berkas",
    gettext_lazy("Missing papers"),
    gettext_lazy(
        "Counted are visits whose end was recorded, by the papers that staff ticked as missing. A paper belongs to a"
        " case; a visit with several cases counts for the first one."
    ),
    (TableOf("terbanyak", gettext_lazy("Which papers are missing most often?"), missing_papers),),
)
DIGITAL_ID = Report(
    "ikd",
    gettext_lazy("Digital-ID offers"),
    gettext_lazy(
        "One offer is counted for each person present at a service that offers the digital ID. The offer is"
        " recommended and never a condition; “not asked” is a legal answer."
    ),
    (
        TableOf(
            "loket", gettext_lazy("How many were activated at each counter?"), offers(DESK, _desk)
        ),
        TableOf(
            "layanan",
            gettext_lazy("How many were activated at each service?"),
            offers(SERVICE, _service),
        ),
        TableOf(
            "kelurahan", gettext_lazy("Where do those live who activated?"), offers(HOME, _home)
        ),
        TableOf(
            "alasan", gettext_lazy("Why was the digital ID declined or not possible?"), all_reasons
        ),
        TableOf(
            "alasan-loket", gettext_lazy("Which reasons at which counter?"), reasons(DESK, _desk)
        ),
        TableOf(
            "alasan-layanan",
            gettext_lazy("Which reasons at which service?"),
            reasons(SERVICE, _service),
        ),
        TableOf(
            "alasan-kelurahan",
            gettext_lazy("Which reasons from which kelurahan?"),
            reasons(HOME, _home),
        ),
    ),
)
