"""The six digits of a one-time code, as they are typed or pasted."""

import re

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citizens.domain.contact import DIGITS

SEPARATORS = re.compile(r"[\s.\-]")


class ContactCodeForm(forms.Form):
    """One field, which phones fill in from the SMS themselves where they can."""

    kode = forms.CharField(
        label=_("Code from our message"),
        max_length=60,
        help_text=_("Six digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": _("Write the six digits of the code.")},
    )

    def clean_kode(self) -> str:
        typed = SEPARATORS.sub("", self.cleaned_data["kode"])
        if not (typed.isascii() and typed.isdigit() and len(typed) == DIGITS):
            raise forms.ValidationError(_("A code has six digits. Compare it with our message."))
        return typed

    def say_wrong(self, left: int) -> None:
        """The digits are not those that were sent; `left` more attempts are allowed."""
        words = gettext("This is not the code that we sent last. Attempts left: %(left)s.")
        self.add_error("kode", words % {"left": left})
