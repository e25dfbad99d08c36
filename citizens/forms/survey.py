"""The nine questions of the satisfaction survey, each with four answers in plain words."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens.enums import SurveyElement

# The answers stand for 1 to 4, as in the annex of PermenPANRB 14/2017.
QUESTIONS: dict[SurveyElement, tuple[Any, tuple[Any, ...]]] = {
    SurveyElement.REQUIREMENTS: (
        _("Did the papers we asked for suit the service?"),
        (_("They did not suit"), _("Partly"), _("They suited"), _("They suited very well")),
    ),
    SurveyElement.PROCEDURE: (
        _("How easy was it to get the service?"),
        (_("Not easy"), _("Somewhat hard"), _("Easy"), _("Very easy")),
    ),
    SurveyElement.TIME: (
        _("How quick was the service?"),
        (_("Not quick"), _("Somewhat slow"), _("Quick"), _("Very quick")),
    ),
    SurveyElement.COST: (
        _("What did you pay for the service?"),
        (_("Very much"), _("Quite a lot"), _("A little"), _("Nothing: it was free")),
    ),
    SurveyElement.PRODUCT: (
        _("Did you get what our published standard promises?"),
        (_("No"), _("Partly, with gaps"), _("Yes"), _("Yes, completely")),
    ),
    SurveyElement.COMPETENCE: (
        _("How well did the staff know their work?"),
        (_("Not well"), _("Not well enough"), _("Well"), _("Very well")),
    ),
    SurveyElement.CONDUCT: (
        _("Were the staff polite and friendly?"),
        (_("Not polite"), _("Not polite enough"), _("Polite"), _("Very polite")),
    ),
    SurveyElement.COMPLAINTS: (
        _("How does the office deal with complaints?"),
        (
            _("There is no way to complain"),
            _("There is one, but it does not work"),
            _("It works, but not well enough"),
            _("Complaints are handled well"),
        ),
    ),
    SurveyElement.FACILITIES: (
        _("How were the rooms and facilities?"),
        (_("Bad"), _("Fair"), _("Good"), _("Very good")),
    ),
}


class SurveyForm(forms.Form):
    """One sheet. The hidden key makes two presses one sheet."""

    submission_key = forms.CharField(min_length=22, max_length=22, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for element, (question, answers) in QUESTIONS.items():
            self.fields[element.value] = forms.TypedChoiceField(
                label=question,
                choices=list(enumerate(answers, start=1)),
                coerce=int,
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Choose one of the four answers."),
                    "invalid_choice": _("Choose one of the four answers."),
                },
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        """The fields that are seen, in order."""
        return self.visible_fields()

    def marks(self) -> dict[SurveyElement, int]:
        """The answers as 1 to 4. Call it on a valid form."""
        return {element: self.cleaned_data[element.value] for element in SurveyElement}
