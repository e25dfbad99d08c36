"""What came of a call."""

from django import forms
from django.utils.translation import gettext_lazy as _

from citizens.enums import CallResult


class CallForm(forms.Form):
    """The result, and a note that may stay empty."""

    result = forms.ChoiceField(
        label=_("What came of the call?"),
        choices=CallResult,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what came of the call.")},
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=160,
        help_text=_("For whoever calls next. No NIK and no phone number."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
