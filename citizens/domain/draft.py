"""What was typed so far on the pages of a hold: finished pages as answers, the others as they were typed.

A hold keeps either the whole answers (citizens.domain.answers) or a draft, both encrypted. A draft becomes the
answers as soon as every page is finished; a page that is typed wrong later makes it a draft again. The number of a
family card is never in it, only its keyed hash.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from citizens.domain.answers import Answers, PersonAnswers
from citizens.models import Hold

# The page of what is asked once for all of a party; the page of a person is named by its number, from "1".
CONTACT = "contact"
SHARED = tuple(known.name for known in fields(Answers) if known.name != "people")


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A page as it was typed, text by field. `wrong`: it was sent, and something in it must be put right."""

    typed: Mapping[str, str]
    wrong: bool


@dataclass(frozen=True, slots=True, repr=False)
class Draft:
    """Everything typed for a party. Without a repr that shows it, as answers are."""

    people: tuple[PersonAnswers | None, ...]
    shared: Mapping[str, Any] = field(
        default_factory=dict
    )  # fields of Answers; empty until they are asked
    pages: Mapping[str, Page] = field(default_factory=dict)  # the unfinished ones by their name

    @property
    def answers(self) -> Answers | None:
        """The whole answers, once every page is finished."""
        people = tuple(person for person in self.people if person)
        if len(people) < len(self.people) or not self.shared or self.pages:
            return None
        return Answers(people=people, **self.shared)

    @property
    def first_unfinished(self) -> str:
        """The name of the page that comes next; empty when all are finished."""
        names = [str(number) for number in range(1, len(self.people) + 1)]
        for name, person in zip(names, self.people, strict=True):
            if not person or name in self.pages:
                return name
        return "" if self.shared and CONTACT not in self.pages else CONTACT

    def with_person(self, number: int, answers: PersonAnswers) -> "Draft":
        """With the page of person `number` (from 1) finished."""
        people = [*self.people[: number - 1], answers, *self.people[number:]]
        return replace(self, people=tuple(people), pages=self._pages_without(str(number)))

    def with_shared(self, shared: Mapping[str, Any]) -> "Draft":
        """With the page of the contact finished."""
        return replace(self, shared=dict(shared), pages=self._pages_without(CONTACT))

    def with_page(self, name: str, page: Page) -> "Draft":
        """With an unfinished page as it was typed."""
        return replace(self, pages={**self.pages, name: page})

    def carried(self, *, came: str, comes: str) -> "Draft":
        """What was typed for one party (its text), for another one.

        A person is known again by the services, or by one of them. What was typed for other services is looked
        at again by their rules, so every page waits with its fields filled in.
        """
        if came == comes:
            return self
        before, after = (
            [set(person.split("~")) for person in text.split(",")] for text in (came, comes)
        )
        carried = Draft(people=(None,) * len(after), shared=self.shared, pages={})
        left = dict(enumerate(before))
        for number, cases in enumerate(after, 1):
            found = max(left, key=lambda one: len(left[one] & cases), default=None)
            if found is None or not left[found] & cases:
                continue
            del left[found]
            if typed := self._typed_of(found + 1):
                carried = carried.with_page(str(number), Page(typed, wrong=False))
        return carried.with_page(CONTACT, self.pages.get(CONTACT, Page({}, wrong=False)))

    def to_text(self) -> str:
        """As a hold keeps it."""
        if answers := self.answers:
            return answers.to_json()
        kept = {
            "people": [person and asdict(person) for person in self.people],
            "shared": dict(self.shared),
            "pages": {name: asdict(page) for name, page in self.pages.items()},
        }
        return json.dumps({"draft": kept}, default=str)

    def _pages_without(self, name: str) -> dict[str, Page]:
        return {known: page for known, page in self.pages.items() if known != name}

    def _typed_of(self, number: int) -> Mapping[str, str]:
        if page := self.pages.get(str(number)):
            return page.typed
        person = self.people[number - 1]
        return typed_person(person) if person else {}


def typed_person(person: PersonAnswers) -> dict[str, str]:
    """A person's page as it would be typed."""
    return {
        "full_name": person.full_name,
        "nik": person.nik,
        "birth_date": f"{person.birth_date:%d-%m-%Y}",
    }


def read(text: str | None, *, people: int) -> Draft:
    """The draft that a hold keeps for a party of so many people; an empty one when there is none."""
    if not text:
        return Draft(people=(None,) * people)
    kept = json.loads(text)
    if "draft" not in kept:
        answers = Answers.from_json(text)
        return Draft(answers.people, {name: getattr(answers, name) for name in SHARED})
    kept = kept["draft"]
    return Draft(
        people=tuple(_person(person) for person in kept["people"]),
        shared={name: value for name, value in kept["shared"].items() if name in SHARED},
        pages={name: Page(page["typed"], page["wrong"]) for name, page in kept["pages"].items()},
    )


def keep(*, hold: Hold, draft: Draft) -> None:
    """Keeps what was typed with the hold, alive or not: nothing typed is ever lost."""
    hold.answers = draft.to_text()
    hold.save(update_fields=["answers"])


def _person(kept: dict[str, str] | None) -> PersonAnswers | None:
    if kept is None:
        return None
    return PersonAnswers(
        kept["full_name"], datetime.date.fromisoformat(kept["birth_date"]), kept["nik"]
    )
