"""Rows of messages, written in the transaction of the fact that they tell."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection

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
    planned = list(rows)
    fields, statement = _insert()
    if planned:
        columns = {
            field.attname: [
                field.get_db_prep_save(getattr(message, field.attname), connection)
                for message in planned
            ]
            for field in fields
        }
        prepared.run(statement, columns)
    return len(planned)


@cache
def _insert() -> tuple[list[Any], str]:
    """The columns of a message, and the statement that writes any number of rows from an array for each."""
    fields = [field for field in Message._meta.local_concrete_fields if not field.primary_key]
    names = ", ".join(field.attname for field in fields)
    # Text as it is: a cast to a shorter type would cut it off, where the column refuses it.
    arrays = ", ".join(
        f"%({field.attname})s::{re.sub(r'varchar.*', 'text', field.db_type(connection) or '')}[]"
        for field in fields
    )
    statement = f"INSERT INTO outreach_message ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608 - names of columns
    return fields, statement


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
