"""Rows of messages, written in the transaction of the fact that they tell."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

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


def plan(rows: Iterable[Message]) -> int:
    """Writes the rows in one INSERT and returns how many it was given; what is planned already stays as it is."""
    planned = [_columns(message) for message in rows]
    if planned:
        prepared.run(_statement(), {"rows": json.dumps(planned, default=str)})
    return len(planned)


def _columns(message: Message) -> dict[str, Any]:
    return {
        field.attname: field.get_prep_value(getattr(message, field.attname)) for field in _FIELDS
    }


_FIELDS = [field for field in Message._meta.local_concrete_fields if not field.primary_key]


@cache
def _statement() -> str:
    """Writes any number of rows, each a JSON object: one parameter is bound much quicker than an array a column."""
    names = ", ".join(field.attname for field in _FIELDS)
    rows = "jsonb_populate_recordset(NULL::outreach_message, %(rows)s::jsonb)"
    return (
        f"INSERT INTO outreach_message ({names}) SELECT {names} FROM {rows} ON CONFLICT DO NOTHING"  # noqa: S608 - names of columns
    )


def row(
    occasion: Occasion,
    text: Text,
    *,
    person: Person,
    channel: Channel,
    address: str,
    at: datetime.datetime,
    **about: Any,
) -> Message:
    """One message of an occasion on one channel; `about` are the columns that say what it is about."""
    return Message(
        channel=channel,
        purpose=occasion.purpose,
        address=address,
        language=person.language,
        subject=text.subject,
        body=text.body,
        unique_key=f"{occasion.key}:{channel}",
        urgency=occasion.urgency,
        due_at=occasion.due,
        valid_until=occasion.until,
        state_at=at,
        created_at=at,
        **about,
    )
