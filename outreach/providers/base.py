"""What a provider takes and what it may answer. There are four answers, not two."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One attempt on its way out. `reference` is our name for it; `subject` and `html` are for e-mail."""

    reference: str
    to: str
    body: str
    language: str
    at: datetime.datetime
    subject: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it. Whether it arrives is another matter."""

    provider_reference: str = ""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider said no: for good (`permanent`), or for now."""

    code: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing can have left: no connection, or no time."""

    error: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have left, and nobody answered."""

    error: str


Answer = Accepted | Rejected | NotSent | Unknown


class Provider(Protocol):
    """Sends batches; keeps what it can reuse between them until it is closed."""

    name: str

    def send(self, batch: Sequence[Outgoing]) -> Iterator[Answer]:
        """Yields one answer for each of `batch`, in its order, as soon as it is known.

        Raises nothing for what a provider can do wrong, and comes to an end well before the lease
        of the claim does.
        """

    def close(self) -> None:
        """Gives back what was kept for the next batch. May be called twice."""
