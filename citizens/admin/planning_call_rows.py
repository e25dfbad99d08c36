"""Rows of the call sheet, masked, as the screen, the paper and the CSV show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from citizens import masking, tokens
from citizens.domain import wording
from citizens.enums import AttentionReason, CallResult
from citizens.models import Attention, AttentionCall, ProposalLine

KIND_OF_RESULT = {
    CallResult.REACHED: "success",
    CallResult.THROUGH_OTHERS: "success",
    CallResult.NO_ANSWER: "warning",
    CallResult.WRONG_NUMBER: "danger",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One person to call. `was` and `now` are times in words; `now` is empty where no other time was found."""

    pk: int
    appointment: int
    code: str
    name: str
    office: str
    was: str
    now: str
    phone: str
    email: str
    last_call: str
    last_kind: str
    calls: int
    change: str

    @property
    def what(self) -> str:
        """What the person must hear, in a sentence."""
        if self.now:
            return _("The appointment was moved from %(was)s to %(now)s.") % {
                "was": self.was,
                "now": self.now,
            }
        return _("The appointment on %(was)s cannot be kept, and no other time was found.") % {
            "was": self.was
        }

    @property
    def way(self) -> str:
        """How the person can be reached, masked."""
        return self.phone or self.email or _("no contact: through family, RT or RW")


def rows(found: Sequence[Attention]) -> list[Row]:
    """Of call_sheet(), whose calls and visitors are fetched. One query for all."""
    lines = ProposalLine.objects.filter(
        proposal__in={each.proposal_id for each in found},
        appointment__in=[each.appointment_id for each in found],
    )
    moves = {(line.proposal_id, line.appointment_id): line for line in lines}
    return [_row(each, moves.get((each.proposal_id, each.appointment_id))) for each in found]


def row(found: Attention) -> Row:
    """The same of one."""
    return rows([found])[0]


def calls(found: Attention) -> list[dict[str, str]]:
    """Every call, the latest first."""
    return [
        {
            "result": str(call.get_result_display()),
            "kind": KIND_OF_RESULT[CallResult(call.result)],
            "note": call.note,
            "by": str(call.called_by),
            "when": wording.when(call.called_at),
        }
        for call in reversed(_calls(found.calls.all()))
    ]


def _calls(found: Iterable[AttentionCall]) -> list[AttentionCall]:
    return sorted(found, key=lambda call: (call.called_at, call.pk))


def _row(found: Attention, line: ProposalLine | None) -> Row:
    appointment = found.appointment
    told = found.reason == AttentionReason.NOT_TOLD
    done = _calls(found.calls.all())
    return Row(
        pk=found.pk,
        appointment=appointment.pk,
        code=tokens.display_code(appointment.code),
        name=_name([visitor.full_name for visitor in appointment.visitors.all()]),
        office=str(appointment.office),
        was=wording.when(line.from_starts_at if line else appointment.starts_at),
        now=wording.when(appointment.starts_at) if told else "",
        phone=masking.phone(appointment.phone) if appointment.phone else "",
        email=masking.email(appointment.email) if appointment.email else "",
        last_call=str(done[-1].get_result_display()) if done else "",
        last_kind=KIND_OF_RESULT[CallResult(done[-1].result)] if done else "",
        calls=len(done),
        change=found.proposal.title,
    )


def _name(names: Sequence[str]) -> str:
    """The first of a party, and how many come along."""
    if not names:
        return "-"
    more = len(names) - 1
    if not more:
        return names[0]
    along = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
    return f"{names[0]} {along}"
