"""What a single person is asked when booking: all on one page."""

import datetime
from typing import Any

from citizens.domain.answers import Answers
from citizens.domain.party import Party
from citizens.forms.contact import ContactForm
from citizens.forms.person import PersonForm


class DetailsForm(PersonForm, ContactForm):
    """Who comes, and how we can reach them."""

    field_order = (
        *("booked_for", "booker_name", "consent", "full_name", "nik", "birth_date"),
        *("guardian_name", "subdistrict", "phone", "email", "no_contact", "language"),
        "priority_group",
    )

    def __init__(self, *args: Any, party: Party, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, party=party, cases=party.people[0], today=today, **kwargs)

    def answers(self) -> Answers:
        """What was typed, cleaned. Call it on a valid form."""
        return Answers(people=(self.person(),), **self.shared())
