"""An appointment in one text message, to be copied or sent on: never longer than one part of GSM-7."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from citizens import tokens
from citizens.domain import wording
from citizens.domain.papers import Paper
from citizens.models import Appointment

MOST = 160  # characters of one part (3GPP 23.038)
# Characters that take one unit of the basic alphabet in every phone.
FOREIGN = re.compile(r"[^A-Za-z0-9 .,:;/()'+&@?!=%#*<>\"-]")
OFFICE = 30
SPACES = re.compile(r"\s+")


def text(*, appointment: Appointment, papers: Sequence[Paper]) -> str:
    """Office, time, code, and as many of the papers as there is room for.

    Needs appointment.office. At most MOST characters, each of the basic GSM-7 alphabet.
    """
    start = wording.local(appointment.starts_at)
    fixed = _("Disdukcapil Kota Serang: %(day)s %(time)s %(zone)s, %(office)s. Code %(code)s.") % {
        "day": date_format(start, "D j M"),
        "time": wording.clock(start),
        "zone": start.tzname(),
        "office": _plain(appointment.office.short_name)[:OFFICE].strip(),
        "code": tokens.display_code(appointment.code),
    }
    head, free = _plain(fixed), _plain(_("FREE."))
    short = dict.fromkeys(_plain(paper.first.short_text) for paper in papers if not paper.optional)
    bring = _bring(short, room=MOST - len(head) - len(free) - 2)
    return " ".join(part for part in (head, bring, free) if part)


def _bring(papers: Iterable[str], *, room: int) -> str:
    """A sentence of the papers that fit into `room` characters; it says when some did not."""
    listed = list(papers)
    for count in range(len(listed), 0, -1):
        names = ", ".join(listed[:count])
        pattern = _("Bring %(papers)s.") if count == len(listed) else _("Bring %(papers)s, etc.")
        sentence = _plain(pattern % {"papers": names})
        if len(sentence) <= room:
            return sentence
    return ""


def _plain(words: str) -> str:
    """The words in letters without accents, and nothing that a simple phone cannot show."""
    letters = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", words)
        if not unicodedata.combining(letter)
    )
    return SPACES.sub(" ", FOREIGN.sub("", letters)).strip()
