"""What was typed, as the rows of the page on which it is checked; each leads to where it can be changed."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from citizens import masking, phone
from citizens.domain.answers import Answers, PersonAnswers
from citizens.domain.draft import CONTACT
from citizens.enums import BookedFor, Language, PriorityGroup
from citizens.forms.contact import kelurahan_name
from citizens.views import held, way
from citizens.views.held import Held


def sections(kept: Held, answers: Answers) -> list[dict[str, object]]:
    """Lists of rows, each with a title: for several people one each, and one for all; else one without."""
    about_all = _rows(_about_all(kept, answers), held.page_url(kept, CONTACT))
    if answers.email and answers.phone:
        next(row for row in about_all if row["label"] == _("Contact"))["lines"] = [answers.email]
    people = [_person(kept, number, person) for number, person in enumerate(answers.people, 1)]
    if len(people) == 1:
        return [{"rows": people[0] + about_all}]
    titled: list[dict[str, object]] = [
        {"title": _("Person %(number)s") % {"number": number}, "rows": rows}
        for number, rows in enumerate(people, 1)
    ]
    return [*titled, {"title": _("For everybody"), "rows": about_all}]


def _person(kept: Held, number: int, person: PersonAnswers) -> list[dict[str, object]]:
    rows = _rows(_about(person), held.page_url(kept, str(number)))
    return rows if kept.party.is_single else [_services_row(kept, number), *rows]


def _rows(asked: Sequence[tuple[str, object]], change: str) -> list[dict[str, object]]:
    return [{"label": label, "value": value, "change_url": change} for label, value in asked]


def _services_row(kept: Held, number: int) -> dict[str, object]:
    first, *others = (way.title(case) for case in kept.party.people[number - 1])
    return {
        "label": _("Services"),
        "value": first,
        "lines": others,
        "change_url": way.party_url(kept.party.text, replaced=kept.hold.token),
    }


def _about(person: PersonAnswers) -> list[tuple[str, object]]:
    return [
        (_("Full name"), person.full_name),
        (_("NIK"), masking.nik(person.nik) if person.nik else _("Not given")),
        (_("Date of birth"), f"{person.birth_date:%d-%m-%Y}"),
    ]


def _about_all(kept: Held, answers: Answers) -> list[tuple[str, object]]:
    asked: list[tuple[str, object]] = []
    if answers.booked_for != BookedFor.SELF:
        asked.append((_("You are booking for"), BookedFor(answers.booked_for).label))
    if answers.booked_for == BookedFor.OTHER:
        asked.append((_("Your own name"), answers.booker_name))
    if kept.party.has_child_service:
        asked.append((_("Parent or guardian who comes along"), answers.guardian_name))
    if answers.household_key:
        asked.append((_("Number of the family card (KK)"), _("Filled in; not shown")))
    reached = phone.display(answers.phone) if answers.phone else answers.email
    return [
        *asked,
        (_("Kelurahan"), kelurahan_name(answers.subdistrict) or _("Outside Kota Serang")),
        (_("Contact"), reached or _("None: write down the code")),
        (_("Language of our messages"), Language(answers.language).label),
        (
            _("To be served first"),
            PriorityGroup(answers.priority_group).label if answers.priority_group else _("No"),
        ),
    ]
