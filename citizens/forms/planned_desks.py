"""The form of planned desks of one group on one day, and the words for a share that is too large."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citizens.domain import online_share

MOST_DESKS = 60


class DesksForm(forms.Form):
    """How many desks serve a group on a day, and how many places of a slot may be booked online."""

    counters = forms.IntegerField(label=gettext_lazy("counters"), min_value=0, max_value=MOST_DESKS)
    online = forms.IntegerField(
        label=gettext_lazy("places online"), min_value=0, max_value=MOST_DESKS
    )


def share_refusal(total: online_share.Sum) -> str:
    """In words, that the groups of a week have more places online than the share allows."""
    return _(
        "%(online)s places online on %(planned)s counters are %(percent)s %%. At most %(most)s %% may be "
        "booked online, or one place a slot for each group."
    ) % {
        "online": total.online,
        "planned": total.planned,
        "percent": total.percent,
        "most": settings.ONLINE_SHARE_PERCENT,
    }
