"""Reference data of Kota Serang: regions, services, offices, hours, reasons, closed days, causes of surges.

The texts live in `citizens/data/*.toml`. Loading only adds what is missing and never touches a row that is
there: the office edits these rows, and a later start must not undo that. Nor does it bring back what the
office may delete: papers come with a new case, counters and hours with a new office, the closed days of
one year and kind come once, and causes of surges come into an empty calendar.
"""

import datetime
import tomllib
from collections.abc import Collection, Iterable, Iterator, Sequence
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar

import holidays
from django.db import models, transaction

from citizens.domain import slots, surge_causes
from citizens.domain.office_time import local_date
from citizens.enums import ClosedDayKind, StandardPart
from citizens.models import (
    ClosedDay,
    Counter,
    District,
    OfferReason,
    Office,
    OpeningCapacity,
    OpeningPeriod,
    OpeningTemplate,
    Requirement,
    Service,
    ServiceCase,
    ServiceGroup,
    ServiceStandard,
    Subdistrict,
)

DATA = Path(__file__).resolve().parent.parent / "data"

# What `holidays` calls a category, and what we call it. A day in both is a public holiday.
HOLIDAY_KINDS = {
    "public": ClosedDayKind.PUBLIC_HOLIDAY,
    "government": ClosedDayKind.COLLECTIVE_LEAVE,
}
HOLIDAY_SOURCE = "Pustaka holidays"
ESTIMATE = "(perkiraan)"

TO_BE_CONFIRMED = "Perlu dikonfirmasi dinas"

Row = TypeVar("Row", bound=models.Model)


@transaction.atomic
def set_up(*, at: datetime.datetime) -> dict[str, int]:
    """Adds the reference data that is missing, then the slots of the coming days; says how many of each."""
    return load(at=at) | {"slots": slots.top_up(at=at)}


@transaction.atomic
def load(*, at: datetime.datetime) -> dict[str, int]:
    """Adds the reference data that is missing; says how many rows of each kind were added.

    Closed days are added for the year of `at` and the next.
    """
    added = load_regions() | load_services() | load_offices() | load_reasons()
    year = local_date(at).year
    added |= load_closed_days(years=(year, year + 1), at=at)
    return added | {"causes of surges": surge_causes.load(at=at)}


def load_regions() -> dict[str, int]:
    """Kecamatan and kelurahan, by their dotted code."""
    districts = _read("regions.toml")["district"]
    return {
        "districts": _add_missing(
            District.objects,
            ("code",),
            (District(code=row["code"], name=row["name"]) for row in districts),
        ),
        "subdistricts": _add_missing(
            Subdistrict.objects,
            ("code",),
            (
                Subdistrict(district_id=row["code"], **v)
                for row in districts
                for v in row["villages"]
            ),
        ),
    }


def load_services() -> dict[str, int]:
    """Service groups, services, the six published parts, cases and papers to bring, by their codes."""
    files = [_read(path.relative_to(DATA)) for path in sorted((DATA / "services").glob("*.toml"))]
    common = _read("standards.toml")
    added = {
        "service groups": _add_missing(
            ServiceGroup.objects, ("code",), (ServiceGroup(**file["group"]) for file in files)
        )
    }
    groups = _by(ServiceGroup.objects.all(), "code")
    added["services"] = _add_missing(
        Service.objects,
        ("code",),
        (_service(row, groups[f["group"]["code"]]) for f in files for row in f["service"]),
    )
    by_code = _by(Service.objects.all(), "code")
    services = [(row, by_code[row["code"]]) for file in files for row in file["service"]]
    added["standards"] = _add_missing(
        ServiceStandard.objects,
        ("service_id", "part"),
        (
            _standard(service, part, common | row["standard"])
            for row, service in services
            for part in StandardPart
        ),
    )
    old_cases = set(ServiceCase.objects.values_list("pk", flat=True))
    added["cases"] = _add_missing(
        ServiceCase.objects,
        ("service_id", "code"),
        (case for row, service in services for case in _cases(row, service)),
    )
    return added | {"requirements": len(_add_papers(services, without=old_cases))}


def load_offices() -> dict[str, int]:
    """Offices by code. A new one comes with its counters and the ordinary week of its kind."""
    known = set(Office.objects.values_list("code", flat=True))
    rows = [row for row in _read("offices.toml")["office"] if row["code"] not in known]
    offices = dict(
        zip(
            (row["code"] for row in rows),
            Office.objects.bulk_create(_office(row) for row in rows),
            strict=True,
        )
    )
    groups = _by(ServiceGroup.objects.all(), "code")
    counters = Counter.objects.bulk_create(
        Counter(office=offices[row["code"]], number=counter["number"], label=counter["label"])
        for row in rows
        for counter in row["counters"]
    )
    served = [counter["groups"] for row in rows for counter in row["counters"]]
    through = Counter.groups.through
    through.objects.bulk_create(
        through(counter_id=counter.pk, servicegroup_id=groups[code].pk)
        for counter, codes in zip(counters, served, strict=True)
        for code in codes
    )
    _add_ordinary_week(list(offices.values()), groups)
    return {"offices": len(offices), "counters": len(counters)}


def load_reasons() -> dict[str, int]:
    """Reasons against the digital ID, by code."""
    rows = _read("reasons.toml")["reason"]
    return {
        "reasons": _add_missing(
            OfferReason.objects, ("code",), (OfferReason(**row) for row in rows)
        )
    }


def load_closed_days(*, years: Sequence[int], at: datetime.datetime) -> dict[str, int]:
    """Public holidays and collective leave of `years`, as the `holidays` library proposes them.

    The table is the authority and the library only proposes: once a year and kind has proposed days, a day
    that the office deleted or moved does not come back. Estimates and years still to come are unconfirmed,
    because the joint decree of three ministers (SKB) is issued the year before and amended during the year.
    """
    proposed = set(
        ClosedDay.objects.filter(office=None, source__startswith=HOLIDAY_SOURCE).values_list(
            "date__year", "kind"
        )
    )
    today = local_date(at)
    days = [
        _closed_day(date, name, category, today)
        for category, kind in HOLIDAY_KINDS.items()
        for year in years
        if (year, kind) not in proposed
        for date, name in _holidays(year, category)
    ]
    return {"closed days": _add_missing(ClosedDay.objects, ("office_id", "date"), days)}


def _read(path: str | Path) -> dict[str, Any]:
    return tomllib.loads((DATA / path).read_text(encoding="utf-8"))


def _by(rows: Iterable[Row], *fields: str) -> dict[Any, Row]:
    """The rows by one field, or by a tuple of several."""
    key = attrgetter(*fields)
    return {key(row): row for row in rows}


def _add_missing(manager: models.Manager[Row], fields: tuple[str, ...], rows: Iterable[Row]) -> int:
    """Inserts the rows whose `fields` no row has yet; returns how many."""
    seen = set(manager.values_list(*fields))
    missing = []
    for row in rows:
        key = tuple(getattr(row, field) for field in fields)
        if key not in seen:
            seen.add(key)
            missing.append(row)
    manager.bulk_create(missing)
    return len(missing)


def _add_papers(
    services: Iterable[tuple[dict[str, Any], Service]], *, without: Collection[int]
) -> list[Requirement]:
    cases = _by(ServiceCase.objects.exclude(pk__in=without), "service_id", "code")
    return Requirement.objects.bulk_create(
        paper
        for row, service in services
        for case in row["case"]
        if (service.pk, case["code"]) in cases
        for paper in _papers(row, case, cases[service.pk, case["code"]])
    )


def _add_ordinary_week(offices: Iterable[Office], groups: dict[str, ServiceGroup]) -> None:
    week = _read("opening.toml")
    templates = OpeningTemplate.objects.bulk_create(
        OpeningTemplate(
            office=office,
            name="Jam layanan biasa",
            valid_from=week["valid_from"],
            source=week["source"],
            confirmed=week["confirmed"],
        )
        for office in offices
    )
    OpeningPeriod.objects.bulk_create(
        OpeningPeriod(template=template, weekday=day, opens=hours["start"], closes=hours["end"])
        for template in templates
        for hours in week[template.office.kind]["hours"]
        for day in hours["days"]
    )
    OpeningCapacity.objects.bulk_create(
        OpeningCapacity(
            template=template,
            group=groups[row["group"]],
            counters=row["counters"],
            online=row["online"],
            slot_minutes=row["slot_minutes"],
        )
        for template in templates
        for row in week[template.office.kind]["groups"]
    )


def _service(row: dict[str, Any], group: ServiceGroup) -> Service:
    own = ("code", "name", "name_en", "summary", "summary_en", "sort_order")
    flags = ("offers_digital_id", "needs_print", "home_office_only")
    return Service(group=group, **{field: row[field] for field in own + flags})


def _standard(service: Service, part: str, texts: dict[str, str]) -> ServiceStandard:
    return ServiceStandard(
        service=service, part=part, text=texts[part], text_en=texts[f"{part}_en"]
    )


def _cases(row: dict[str, Any], service: Service) -> Iterator[ServiceCase]:
    for order, case in enumerate(row["case"], start=1):
        fields = {name: value for name, value in case.items() if name != "requirements"}
        yield ServiceCase(service=service, sort_order=order, **fields)


def _papers(
    row: dict[str, Any], case_row: dict[str, Any], case: ServiceCase
) -> Iterator[Requirement]:
    """The papers of a case. The law behind them is that of the service, unless nobody has confirmed it."""
    for order, paper in enumerate(case_row["requirements"], start=1):
        confirmed = paper.get("confirmed", True)
        yield Requirement(
            case=case,
            code=paper["code"],
            text=paper["text"],
            text_en=paper["text_en"],
            short_text=paper["short_text"],
            optional=paper.get("optional", False),
            legal_reference=row["legal_reference"] if confirmed else TO_BE_CONFIRMED,
            confirmed=confirmed,
            valid_from=row["valid_from"],
            sort_order=order,
        )


def _office(row: dict[str, Any]) -> Office:
    fields = {name: value for name, value in row.items() if name not in {"counters", "district"}}
    return Office(district_id=row["district"] or None, **fields)


def _holidays(year: int, category: str) -> list[tuple[datetime.date, str]]:
    found = holidays.country_holidays("ID", years=year, categories=(category,), language="id")
    return sorted(found.items())


def _closed_day(date: datetime.date, name: str, category: str, today: datetime.date) -> ClosedDay:
    return ClosedDay(
        date=date,
        name=name,
        kind=HOLIDAY_KINDS[category],
        source=f"{HOLIDAY_SOURCE} {version('holidays')} ({category}); periksa SKB 3 Menteri",
        confirmed=ESTIMATE not in name and date.year <= today.year,
    )
