"""Forms of planned desks: of one group on one day, and of the ordinary week."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain import online_share
from citizens.domain.online_share import Desks

MOST_DESKS = 60


class DesksForm(forms.Form):
    """How many desks serve a group on a day, and how many places of a slot may be booked online."""

    counters = forms.IntegerField(label=gettext_lazy("counters"), min_value=0, max_value=MOST_DESKS)
    online = forms.IntegerField(
        label=gettext_lazy("places online"), min_value=0, max_value=MOST_DESKS
    )


class CapacityFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # it takes none when it runs
    """The groups of an opening template, within the online share: their hours are the same, so counters count."""

    def clean(self) -> None:
        super().clean()
        rows = [form.cleaned_data for form in self.forms if hasattr(form, "cleaned_data")]
        week = {
            place: Desks(1, row["counters"], row["online"])
            for place, row in enumerate(rows)
            if not row.get("DELETE") and {"counters", "online"} <= row.keys()
        }
        total = online_share.total(week, percent=settings.ONLINE_SHARE_PERCENT)
        if not total.fits:
            raise ValidationError(
                _(
                    "%(online)s places online on %(planned)s counters are %(percent)s %%. At most %(most)s %% may be "
                    "booked online, or one place a slot for each group."
                )
                % {
                    "online": total.online,
                    "planned": total.planned,
                    "percent": total.percent,
                    "most": settings.ONLINE_SHARE_PERCENT,
                }
            )
