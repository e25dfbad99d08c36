"""What a citizen typed about the people who come and how to reach them."""

import datetime
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from citizens import crypto
from citizens.enums import BookedFor, Language


@dataclass(frozen=True, slots=True, repr=False)
class PersonAnswers:
    """One person of a party. Without a repr that shows it: tracebacks and debug pages print what they meet."""

    full_name: str
    birth_date: datetime.date
    nik: str = ""

    @property
    def person_key(self) -> str:
        return crypto.person_key(
            nik=self.nik or None, full_name=self.full_name, birth_date=self.birth_date
        )


@dataclass(frozen=True, slots=True, repr=False)
class Answers:
    """Everything typed for one booking. Kept encrypted on the hold until then."""

    people: tuple[PersonAnswers, ...]
    phone: str = ""
    email: str = ""
    subdistrict: str = ""  # code; empty: lives outside Kota Serang
    language: str = Language.INDONESIAN.value
    priority_group: str = ""
    booked_for: str = BookedFor.SELF.value
    booker_name: str = ""
    consent: bool = False  # of the person who is booked for, where that is somebody else
    guardian_name: str = ""
    household_key: str = ""  # keyed hash of the number of the family card

    @classmethod
    def of(
        cls, *, full_name: str, birth_date: datetime.date, nik: str = "", **shared: Any
    ) -> "Answers":
        """The answers for a single person."""
        return cls(people=(PersonAnswers(full_name, birth_date, nik),), **shared)

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> "Answers":
        kept = json.loads(text)
        people = tuple(
            PersonAnswers(
                person["full_name"],
                datetime.date.fromisoformat(person["birth_date"]),
                person["nik"],
            )
            for person in kept.pop("people")
        )
        known = {field.name for field in fields(cls)}
        return cls(people=people, **{name: kept[name] for name in kept.keys() & known})
