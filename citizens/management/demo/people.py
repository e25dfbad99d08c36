"""People who do not exist, with names as they are common in Banten."""

import datetime
import random
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from citizens import crypto
from citizens.enums import Language, PriorityGroup
from citizens.models import ServiceCase
from citizens.nik import DEMO_PROVINCE

NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
PHONE_RANGE = "+628110000"  # four digits follow: no subscriber number begins with four zeros
MAIL_DOMAIN = "example.com"  # RFC 2606: belongs to nobody
GROWN_UP = (17, 75)
# Ages in years, from and up to, of those whom a case is for. Everything else is for grown-ups.
AGES = {
    ("KTP", "pertama"): (16, 17),
    ("KIA", "baru-balita"): (0, 4),
    ("KIA", "baru-anak"): (5, 16),
    ("KIA", "hilang"): (1, 16),
    ("AKTA_LAHIR", "tepat-waktu"): (0, 0),
    ("AKTA_LAHIR", "terlambat"): (1, 20),
}
NEWBORN_DAYS = 55


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person. `subdistrict` is a code, empty for people of other cities."""

    full_name: str
    birth_date: datetime.date
    nik: str
    phone: str
    email: str
    subdistrict: str
    language: str
    priority_group: str

    @property
    def person_key(self) -> str:
        return crypto.person_key(
            nik=self.nik or None, full_name=self.full_name, birth_date=self.birth_date
        )


class People:
    """An endless supply, no person twice. The same `rng` state gives the same people."""

    def __init__(self, rng: random.Random, *, subdistricts: Sequence[str]) -> None:
        self.rng = rng
        self.subdistricts = subdistricts
        self.count = 0
        self.seen: set[str] = set()

    def draw(self, case: ServiceCase, *, on: datetime.date) -> Person:
        """Somebody who comes for `case` on the day `on`."""
        person = self._draw(case, on)
        while person.person_key in self.seen:
            person = self._draw(case, on)
        self.seen.add(person.person_key)
        return person

    def priority(self, *, age: int, female: bool) -> str:
        """The priority group that somebody declares, mostly none."""
        chance = self.rng.random()
        if age >= 60:
            return PriorityGroup.ELDERLY if chance < 0.8 else ""
        if age < 17:
            return ""
        if female and chance < 0.05:
            return PriorityGroup.PREGNANT if chance < 0.02 else PriorityGroup.INFANT
        return PriorityGroup.DISABILITY if chance > 0.992 else ""

    def _draw(self, case: ServiceCase, on: datetime.date) -> Person:
        self.count += 1
        female = self.rng.random() < 0.55
        born = self._birth_date(case, on)
        name = self._name(female=female, age=(on - born).days // 365)
        has_nik = case.nik_required or ((on - born).days > NEWBORN_DAYS and self.rng.random() < 0.6)
        outsider = not case.service.home_office_only and self.rng.random() < 0.06
        phone, email = self._contact(name)
        return Person(
            full_name=name,
            birth_date=born,
            nik=self._nik(born, female=female) if has_nik else "",
            phone=phone,
            email=email,
            subdistrict="" if outsider else self.rng.choice(self.subdistricts),
            language=Language.ENGLISH if self.rng.random() < 0.03 else Language.INDONESIAN,
            priority_group=self.priority(age=(on - born).days // 365, female=female),
        )

    def _birth_date(self, case: ServiceCase, on: datetime.date) -> datetime.date:
        youngest, oldest = AGES.get((case.service.code, case.code), GROWN_UP)
        if oldest == 0:
            return on - datetime.timedelta(days=self.rng.randint(3, NEWBORN_DAYS))
        days = self.rng.randint(youngest * 366 + 1, oldest * 365)
        return on - datetime.timedelta(days=days)

    def _name(self, *, female: bool, age: int) -> str:
        first = self.rng.choice(NAMES["women" if female else "men"])
        if self.rng.random() < 0.08:
            return str(first)
        second = self.rng.choice(NAMES["women_second" if female else "men_second"])
        if age > 40 and self.rng.random() < 0.06:
            return f"{'Hj.' if female else 'H.'} {first} {second}"
        return f"{first} {second}"

    def _nik(self, born: datetime.date, *, female: bool) -> str:
        """Unique by kecamatan and serial; the province 00 marks it as nobody's."""
        district, serial = divmod(self.count, 9999)
        day = born.day + (40 if female else 0)
        return f"{DEMO_PROVINCE}73{district + 1:02d}{day:02d}{born:%m%y}{serial + 1:04d}"

    def _contact(self, name: str) -> tuple[str, str]:
        phone = f"{PHONE_RANGE}{self.count % 10_000:04d}"
        email = f"{re.sub('[^a-z]+', '.', name.lower()).strip('.')}.{self.count}@{MAIL_DOMAIN}"
        chance = self.rng.random()
        if chance < 0.6:
            return phone, ""
        return (phone, email) if chance < 0.9 else ("", email)
