"""What does not work, in sentences for components/banner.html."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from citizens.domain import wording
from citizens.domain.outages import Notice


def rows(notices: Iterable[Notice], *, name: str = "") -> list[dict[str, Any]]:
    """A banner for each notice: what, where, why, until when, and that the rest goes on.

    `name` is the one service that the page is about: then it alone is named.
    """
    return [{"title": _title(notice, name), "text": _text(notice, name)} for notice in notices]


def _title(notice: Notice, name: str) -> str:
    named = name or ", ".join(service.local("name") for service in notice.services)
    if named:
        return _("Not available at the moment: %(services)s") % {"services": named}
    return _("No service is available at the moment")


def _text(notice: Notice, name: str) -> str:
    some = bool(name or notice.services)
    sentences = [
        f"{notice.office or _('All offices')}: {notice.cause.label}.",
        notice.note,
        _("We expect it to work again: %(when)s.") % {"when": wording.when(notice.expected_end)}
        if notice.expected_end
        else _("We do not know yet when it works again."),
    ]
    if some:
        sentences.append(_("Other services go on as usual."))
    elif notice.office:
        sentences.append(_("Other offices go on as usual."))
    return " ".join(sentence for sentence in sentences if sentence)
