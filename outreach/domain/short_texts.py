"""The words of an SMS: the fullest text that is one GSM-7 part, for operators do not join long ones reliably.

Each function gives its texts from the fullest to the shortest, in the language at work.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from outreach import sms_text

SENDER = "Disdukcapil Kota Serang:"
LONGEST = 160  # characters of one part


@dataclass(frozen=True, slots=True)
class Visit:
    """What a text tells of a visit. Moments are in words: `short` is "Sel 16-03 09.20"."""

    code: str
    short_date: str
    time: str
    short: str
    office: str
    papers: Sequence[str] = ()

    @property
    def facts(self) -> dict[str, str]:
        return {
            "code": self.code,
            "short_date": self.short_date,
            "time": self.time,
            "short": self.short,
            "office": self.office,
        }


@dataclass(frozen=True, slots=True)
class Links:
    """Where a text leads, without the scheme: to one's own page or, where that is too long, to the front page."""

    own: str
    front: str


def fitting(texts: Iterable[str]) -> str:
    """The first text that is one part; the last one when none is."""
    text = ""
    for text in texts:
        if len(text) <= LONGEST:
            words = plain(text)
            if sms_text.plan(words).parts == 1:
                return words
    return plain(text)


def plain(text: str) -> str:
    """Drops what has no plain equivalent: one foreign letter would halve the room for all the others."""
    text = sms_text.normalise(text)
    foreign = sms_text.plan(text).offending
    return "".join(char for char in text if char not in foreign)


def confirmation(visit: Visit, *, links: Links) -> Iterator[str]:
    """That a visit is booked."""
    long = _("appointment %(code)s on %(short_date)s at %(time)s, %(office)s.") % visit.facts
    return _about(visit, [long, _shortest(visit)], links)


def reminder(visit: Visit, *, links: Links, answer: str = "") -> Iterator[str]:
    """That a visit is near; with a link `answer` it asks whether the person will come, where that fits."""
    long = _("reminder %(code)s, %(short_date)s at %(time)s, %(office)s.") % visit.facts
    heads = [long, _shortest(visit)]
    if answer:
        yield from _with_link(visit, heads, _("Still coming? %(link)s") % {"link": answer})
    yield from _about(visit, heads, links)


def moved(visit: Visit, *, before: str, office_caused: bool, links: Links) -> Iterator[str]:
    """That a visit has another time or place; `before` is its old time, as short as can be."""
    facts = visit.facts | {"before": before}
    heads = [
        _("appointment %(code)s MOVED from %(before)s to %(short_date)s at %(time)s, %(office)s.")
        % facts,
        _("%(code)s MOVED from %(before)s to %(short)s, %(office)s.") % facts,
    ]
    if office_caused:
        sorry = _("Our office had to change it, we are sorry.")
        heads = [f"{head} {sorry}" for head in heads]
    own = _("Change/cancel: %(link)s") % {"link": links.own}
    yield from _with_link(visit, heads, own)
    # What suits somebody no more is changed at once; the papers come with the next reminder.
    yield _text(heads[0], own)
    yield _text(heads[1], own)
    yield _text(heads[1], links.own)
    yield from _about(visit, heads, links)


def no_place(visit: Visit, *, link: str) -> Iterator[str]:
    """That the office cannot keep the time of a visit, and where to choose another one."""
    facts = visit.facts | {"link": link}
    yield _text(
        _("we CANNOT keep %(code)s, %(short_date)s at %(time)s, %(office)s. We are sorry.") % facts,
        _("Choose another time: %(link)s") % facts,
    )
    yield _text(
        _("we CANNOT keep %(code)s, %(short)s, %(office)s.") % facts,
        _("Choose another time: %(link)s") % facts,
    )


def cancellation(visit: Visit, *, office_caused: bool, front: str) -> Iterator[str]:
    """That a visit is off, and that another time can be booked."""
    heads = [
        _("appointment %(code)s on %(short_date)s at %(time)s, %(office)s is CANCELLED.")
        % visit.facts,
        _("%(code)s, %(short)s, %(office)s is CANCELLED.") % visit.facts,
    ]
    sorry = _("Our office had to cancel it, we are sorry.") if office_caused else ""
    again = _("Book again: %(host)s") % {"host": front}
    for head in heads:
        yield _text(head, sorry, again)
    for head in heads:
        yield _text(head, sorry)


def offer(visit: Visit, *, until: str, link: str) -> Iterator[str]:
    """That a place is kept for somebody of the waiting list, until when, and where to take it."""
    facts = visit.facts | {"until": until, "link": link}
    yield _text(
        _("a place is free: %(short_date)s at %(time)s, %(office)s.") % facts,
        _("Kept for you until %(until)s. Take it: %(link)s") % facts,
    )
    yield _text(_("free: %(short)s, %(office)s. Yours until %(until)s: %(link)s") % facts)
    # Without the name of the office no link would fit behind the longest names.
    yield _("Disdukcapil: %(short)s, %(office)s. Until %(until)s: %(link)s") % facts


def one_time_code(*, digits: str, minutes: int) -> Iterator[str]:
    """The digits that prove a phone."""
    facts = {"digits": digits, "minutes": minutes}
    yield _text(
        _("Your code is %(digits)s, valid for %(minutes)s minutes.") % facts,
        _("Do not tell anybody, not even staff."),
    )


def turn_is_near(*, label: str, office: str) -> Iterator[str]:
    """That a number is called soon, and where."""
    head = _("your number %(label)s is called soon, %(office)s.") % {
        "label": label,
        "office": office,
    }
    yield _text(head, _("Please be in the waiting room."), _("No fee."))
    yield _text(head, _("No fee."))


def group_planned(visit: Visit) -> Iterator[str]:
    """When and where a group is expected."""
    yield _text(
        _("visit of your group %(code)s: %(short_date)s at %(time)s, %(office)s.") % visit.facts,
        _("Everybody brings their papers."),
        _("FREE."),
    )
    yield _text(_("visit of your group %(code)s: %(short)s, %(office)s.") % visit.facts)


def group_declined(*, code: str, reason: str) -> Iterator[str]:
    """That a group cannot come, and as much of the reason as there is room for."""
    head = _("the visit of your group %(code)s is not possible.") % {"code": code}
    words = reason.split()
    yield _text(head, " ".join(words))
    for count in range(len(words) - 1, 0, -1):
        yield _text(head, f"{' '.join(words[:count])}...")
    yield _text(head)


def group_withdrawn(*, code: str) -> Iterator[str]:
    """That the group will not come, as it said."""
    yield _text(_("the visit of your group %(code)s was withdrawn.") % {"code": code})


def _about(visit: Visit, heads: Sequence[str], links: Links) -> Iterator[str]:
    """A visit that is to come: the own page and one paper at least, else all that fits with the front page."""
    yield from _with_link(visit, heads, _("Change/cancel: %(link)s") % {"link": links.own})
    front = _("Change/cancel: %(link)s") % {"link": links.front}
    for count in range(len(visit.papers), -1, -1):
        for head in heads:
            yield _text(head, _bring(visit.papers, count), _("FREE."), front)
    for head in heads:
        yield _text(head, _("FREE."))
    yield _text(heads[-1])


def _with_link(visit: Visit, heads: Sequence[str], link: str) -> Iterator[str]:
    """A visit with a link to the own page and, where papers are needed, one of them at least."""
    long, short = heads
    for count in range(len(visit.papers), 0, -1) or (0,):
        bring = _bring(visit.papers, count)
        yield _text(long, bring, _("FREE."), link)
        yield _text(short, bring, _("FREE."), link)
        yield _text(short, bring, link)


def _shortest(visit: Visit) -> str:
    return f"{visit.code}, {visit.short}, {visit.office}."


def _bring(papers: Sequence[str], count: int) -> str:
    """A sentence with the first `count` of the papers; it says when there are more."""
    if not count:
        return ""
    more = count < len(papers)
    words = _("Bring %(papers)s, etc.") if more else _("Bring %(papers)s.")
    return words % {"papers": ", ".join(papers[:count])}


def _text(*sentences: str) -> str:
    return " ".join([SENDER, *filter(None, sentences)])
