"""Messages in the admin: to be read. States change by sending alone."""

import re
from contextlib import suppress

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from citizens import tokens
from citizens.read_only import ReadOnly
from outreach.models import Attempt, Message

# A link that opens somebody's page, whatever kind of page it is.
LINK = re.compile(r"(?<=/)[\w-]{22}(?![\w-])")


# Django's admin classes take no parameters when the program runs.
class AttemptInline(ReadOnly, admin.StackedInline):  # type: ignore[type-arg]
    model = Attempt
    ordering = ["number"]
    fields = [
        ("number", "outcome", "provider", "parts"),
        ("started_at", "finished_at"),
        ("error", "reference"),
    ]


@admin.register(Message)
class MessageAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = [
        "created_at",
        "purpose",
        "channel",
        "recipient",
        "state",
        "reason",
        "due_at",
        "attempt_count",
    ]
    list_filter = ["state", "purpose", "channel", "reason"]
    search_fields = ["appointment__code__exact"]
    search_help_text = _("Code of the appointment")
    ordering = ["-pk"]  # as they were made
    list_per_page = 50
    show_full_result_count = False
    fields = [
        "purpose",
        "channel",
        "recipient",
        "language",
        "subject",
        "text",
        "state",
        "reason",
        "state_at",
        "due_at",
        "valid_until",
        "created_at",
        "attempt_count",
        "repeats",
        "unique_key",
    ]
    inlines = [AttemptInline]

    @admin.display(description=_("recipient"))
    def recipient(self, message: Message) -> str:
        return message.masked_address

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        rows = super().get_queryset(request).defer("body")
        office = getattr(request.user, "office_id", None)
        if office is None:
            return rows
        here = Q(appointment__office=office) | Q(appointment=None, office=office)
        return rows.filter(here)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """By the code as it is printed or read aloud."""
        with suppress(tokens.InvalidCode):
            search_term = tokens.clean_code(search_term)
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description=_("text"))
    def text(self, message: Message) -> str:
        """The words without a secret link or a one-time code: whoever has either acts as the citizen."""
        return LINK.sub("...", message.text_without_code)
