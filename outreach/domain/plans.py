"""Rows of messages, written in the transaction of the fact that they tell."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from citizens.domain import prepared
from outreach.domain.composition import Text
from outreach.enums import Channel, Purpose, Urgency
from outreach.models import Message


@dataclass(frozen=True, slots=True)
class Person:
    """Whom we write to, and in which language."""

    phone: str
    email: str
    language: str

    @property
    def addresses(self) -> list[tuple[Channel, str]]:
        """Every way to this person that there is."""
        found = [(Channel.SMS, self.phone), (Channel.EMAIL, self.email)]
        return [(channel, address) for channel, address in found if address]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why somebody is written to, once: `key` names the occasion, whatever the channel."""

    purpose: Purpose
    key: str
    due: datetime.datetime
    until: datetime.datetime
    urgency: Urgency = Urgency.TRANSACTION


def plan(rows: Iterable[dict[str, Any]]) -> int:
    """Writes the rows of row() in one INSERT and returns how many; what is planned already stays as it is."""
    planned = list(rows)
    if planned:
        parameters = {"same": _same(), "rows": json.dumps(planned, default=str)}
        prepared.run(_statement(), parameters)
    return len(planned)


def row(
    occasion: Occasion,
    text: Text,
    *,
    person: Person,
    channel: Channel,
    address: str,
    at: datetime.datetime,
    **about: Any,
) -> dict[str, Any]:
    """One message of an occasion on one channel, by column; `about` are the columns that say what it is about."""
    return {
        "channel": channel.value,
        "purpose": occasion.purpose.value,
        "address": address,
        "language": person.language,
        "subject": text.subject,
        "body": text.body,
        "unique_key": f"{occasion.key}:{channel}",
        "urgency": occasion.urgency.value,
        "due_at": occasion.due,
        "valid_until": occasion.until,
        "state_at": at,
        "created_at": at,
    } | {
        f"{name}_id" if isinstance(value, models.Model) else name: (
            value.pk if isinstance(value, models.Model) else value
        )
        for name, value in about.items()
    }


_NAMES = [field.attname for field in Message._meta.local_concrete_fields if not field.primary_key]


@cache
def _same() -> str:
    """What every new message begins with, as JSON: the columns that its row does not name."""
    new = Message()
    return json.dumps({name: getattr(new, name) for name in _NAMES})


@cache
def _statement() -> str:
    """Writes any number of rows, each a JSON object: one parameter is bound much quicker than an array a column."""
    names = ", ".join(_NAMES)
    same = "jsonb_populate_record(NULL::outreach_message, %(same)s::jsonb)"
    rows = f"jsonb_populate_recordset({same}, %(rows)s::jsonb)"
    return (
        f"INSERT INTO outreach_message ({names}) SELECT {names} FROM {rows} ON CONFLICT DO NOTHING"  # noqa: S608 - names of columns
    )
