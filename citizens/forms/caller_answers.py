"""The forms of one page together: time and contact once, and one form for each person; and what was typed, sealed.

Between two pages the answers travel as one encrypted field, so that no page holds a whole NIK.
"""

import base64
import binascii
import datetime
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from citizens import crypto
from citizens.domain.answers import Answers, PersonAnswers
from citizens.domain.party import Party
from citizens.domain.staff_times import StaffTime
from citizens.forms.callers import CallerForm
from citizens.forms.contact import initial_of
from citizens.forms.person import PersonForm

CONTEXT = "caller.answers"
NEVER_SHOWN_AGAIN = "household"  # the number of a family card


class NotSealedByUs(ValueError):
    """The field is missing, damaged, or of an earlier key."""


@dataclass(frozen=True, slots=True, repr=False)
class Typed:
    """What was typed, right as far as the forms can tell; `start` is the time chosen, in ISO form."""

    answers: Answers
    start: str
    overbook: str

    def seal(self) -> str:
        """The answers as text that only we can read."""
        return _seal(
            {"answers": self.answers.to_json(), "start": self.start, "overbook": self.overbook}
        )

    @classmethod
    def unseal(cls, text: str) -> "Typed":
        """Reads what seal() wrote. Raises NotSealedByUs."""
        kept = _unseal(text)
        return cls(Answers.from_json(kept["answers"]), kept["start"], kept["overbook"])


@dataclass(frozen=True, slots=True)
class CallerForms:
    """Everything that is asked on the page of details."""

    shared: CallerForm
    people: list[PersonForm]

    @classmethod
    def empty(
        cls,
        party: Party,
        *,
        times: Sequence[StaffTime],
        today: datetime.date,
        shared: dict[str, Any] | None = None,
        people: Sequence[dict[str, Any]] = (),
        household_key: str = "",
    ) -> "CallerForms":
        """The forms as they are first shown, or filled in with what is known."""
        known = people or [{}] * len(party.people)
        return cls(
            CallerForm(
                party=party,
                times=times,
                household_key=household_key,
                initial={"language": "id"} | (shared or {}),
            ),
            [
                PersonForm(prefix=_prefix(number), cases=cases, today=today, initial=initial)
                for number, (cases, initial) in enumerate(zip(party.people, known, strict=True))
            ],
        )

    @classmethod
    def filled(
        cls, party: Party, typed: Typed, *, times: Sequence[StaffTime], today: datetime.date
    ) -> "CallerForms":
        """The forms with what was typed and found right before."""
        answers = typed.answers
        shared = {name: value for name, value in asdict(answers).items() if name != "people"}
        return cls.empty(
            party,
            times=times,
            today=today,
            shared=initial_of(shared) | {"start": typed.start, "overbook": typed.overbook},
            people=[asdict(person) for person in answers.people],
            household_key=answers.household_key,
        )

    @classmethod
    def unfinished(
        cls, party: Party, data: Any, *, times: Sequence[StaffTime], today: datetime.date
    ) -> "CallerForms":
        """The forms with what was typed so far, right or wrong, for another day."""
        blank = cls.empty(party, times=times, today=today)
        shared = {
            name: data.get(name, "")
            for name in blank.shared.fields
            if name not in (NEVER_SHOWN_AGAIN, "start")
        }
        return cls.empty(
            party,
            times=times,
            today=today,
            shared=shared,
            people=[
                {name: data.get(form.add_prefix(name), "") for name in form.fields}
                for form in blank.people
            ],
            household_key=_household_key(data),
        )

    @classmethod
    def sent(
        cls, party: Party, data: Any, *, times: Sequence[StaffTime], today: datetime.date
    ) -> "CallerForms":
        """The forms as they were sent."""
        people: list[PersonForm] = []
        others: list[PersonAnswers] = []
        for number, cases in enumerate(party.people):
            form = PersonForm(
                data, prefix=_prefix(number), cases=cases, today=today, others=tuple(others)
            )
            if form.is_valid():
                others.append(form.person())
            people.append(form)
        key = _household_key(data)
        return cls(CallerForm(data, party=party, times=times, household_key=key), people)

    @property
    def are_valid(self) -> bool:
        # Each is asked, so that each shows its own errors.
        return {form.is_valid() for form in (self.shared, *self.people)} == {True}

    @property
    def have_errors(self) -> bool:
        return any(form.errors for form in (self.shared, *self.people))

    @property
    def family(self) -> str:
        """The keyed hash of the family card, sealed, for the next page; empty without one."""
        key = self.shared.household_key
        return _seal({"household": key}) if key else ""

    def typed(self) -> Typed:
        """What was typed, cleaned. Call it on valid forms."""
        answers = Answers(
            people=tuple(form.person() for form in self.people), **self.shared.shared()
        )
        return Typed(answers, self.shared.chosen.isoformat(), self.shared.overbook_reason)


def _prefix(number: int) -> str:
    return f"orang{number + 1}"


def _household_key(data: Any) -> str:
    kept = data.get("keluarga", "")
    try:
        return str(_unseal(kept)["household"]) if kept else ""
    except NotSealedByUs:
        return ""


def _seal(facts: dict[str, str]) -> str:
    blob = crypto.encrypt(json.dumps(facts), context=CONTEXT)
    return base64.urlsafe_b64encode(blob).decode()


def _unseal(text: str) -> dict[str, Any]:
    try:
        blob = base64.urlsafe_b64decode(text.encode())
        found: dict[str, Any] = json.loads(crypto.decrypt(blob, context=CONTEXT))
    except (binascii.Error, UnicodeEncodeError, crypto.Undecryptable) as error:
        raise NotSealedByUs from error
    return found
