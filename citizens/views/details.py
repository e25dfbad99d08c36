"""Who comes, and how to reach them: one page for a single person, else one page a person and one for all.

What is typed is kept with the hold, right or wrong, finished or not.
"""

import datetime
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import forms
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citizens.domain import draft as drafts
from citizens.domain.draft import CONTACT, Draft, Page, typed_person
from citizens.domain.office_time import local_date
from citizens.enums import Attendance, Language
from citizens.forms.booking import DetailsForm
from citizens.forms.contact import ContactForm, initial_of
from citizens.forms.person import PersonForm
from citizens.views import held, language, way
from citizens.views.booking import make
from citizens.views.held import Held
from citizens.views.personal import personal

LONGEST_TYPED = 300  # characters of a field that are kept while a page is unfinished
NEVER_KEPT = "household"  # the number of a family card
HOUSEHOLD_KEY = "household_key"
FIELDS_KEPT = 60  # seconds: as long as the list of kelurahan
BOOK = "book"  # the name of the button that books at once


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@way.knows_party
def details(request: HttpRequest, token: str) -> HttpResponse:
    """Everything about a single person; several people begin with the first page that is not finished."""
    at = timezone.now()
    kept = held.find(token)
    if made := held.appointment_of(kept.hold, at=at):
        return held.done(made)
    if len(kept.party.people) > 1:
        return held.go_on(kept, kept.draft)
    return _Details(request, kept, at, ("1", CONTACT)).answer()


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@way.knows_party
def person(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """One person of several."""
    at = timezone.now()
    kept = held.find(token)
    if made := held.appointment_of(kept.hold, at=at):
        return held.done(made)
    people = len(kept.party.people)
    if people == 1:
        return redirect("details", token)
    if number > people:
        raise Http404
    return _Person(request, kept, at, (str(number),)).answer()


@personal
@require_http_methods(["GET", "HEAD", "POST"])
@way.knows_party
def contact(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked once for several people."""
    at = timezone.now()
    kept = held.find(token)
    if made := held.appointment_of(kept.hold, at=at):
        return held.done(made)
    if len(kept.party.people) == 1:
        return redirect("details", token)
    return _Contact(request, kept, at, (CONTACT,)).answer()


@dataclass
class _Questions(ABC):
    """A page of questions: shows the form, and keeps what is sent under the page names of the draft."""

    request: HttpRequest
    held: Held
    at: datetime.datetime
    names: tuple[str, ...]
    template: str = field(init=False)

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._show(self._form_again())
        if self.request.POST.get(language.SWITCH):
            return self._switch_language()
        form = self.form(data=self.request.POST)
        if form.is_valid():
            draft = self.finish(form)
            drafts.keep(hold=self.held.hold, draft=draft)
            return self.after(draft)
        self._keep(form, wrong=True)
        if isinstance(form, ContactForm):
            form.forget_household()
        return self._show(form, status=422)

    @abstractmethod
    def form(self, *, data: Any = None, initial: Mapping[str, Any] | None = None) -> forms.Form:
        """The form of the page, with what was sent or with what it starts from."""

    @abstractmethod
    def finish(self, form: Any) -> Draft:
        """The draft with what a valid form says."""

    def after(self, draft: Draft) -> HttpResponse:
        """Where a finished page leads."""
        return held.go_on(self.held, draft)

    @abstractmethod
    def context(self) -> dict[str, Any]:
        """What the template of the page needs beside the form."""

    @abstractmethod
    def saved(self) -> dict[str, Any]:
        """The initial values out of what was finished before."""

    @property
    def today(self) -> datetime.date:
        return local_date(self.at)

    @property
    def household_key(self) -> str:
        page = self.held.draft.pages.get(CONTACT)
        known: str = page.typed.get(HOUSEHOLD_KEY, "") if page else ""
        return known or self.held.draft.shared.get("household_key", "")

    def _form_again(self) -> forms.Form:
        """The form as it was left: with what is wrong in it, once it was sent so."""
        pages = [
            self.held.draft.pages[name] for name in self.names if name in self.held.draft.pages
        ]
        typed = {name: text for page in pages for name, text in page.typed.items()}
        if any(page.wrong for page in pages):
            return self.form(data=typed)
        return self.form(initial=self.saved() | typed)

    def _switch_language(self) -> HttpResponse:
        form = self.form(data=self.request.POST)
        form.is_valid()
        known = self.held.draft.pages
        self._keep(form, wrong=any(known[name].wrong for name in self.names if name in known))
        response = HttpResponseRedirect(self.request.path)
        return language.keep(response, self.request.POST[language.SWITCH])

    def _keep(self, form: forms.Form, *, wrong: bool) -> None:
        """Keeps an unfinished page as it is, each field under the page that it belongs to."""
        draft = self.held.draft
        for name in self.names:
            fields = form.fields.keys() & self._fields(name)
            typed = {
                field: form.data.get(field, "")[:LONGEST_TYPED].replace("\0", "")
                for field in fields - {NEVER_KEPT}
            }
            key = form.cleaned_data.get(NEVER_KEPT) or self.household_key
            if name == CONTACT and key:
                typed[HOUSEHOLD_KEY] = key
            draft = draft.with_page(name, Page(typed, wrong))
        drafts.keep(hold=self.held.hold, draft=draft)

    def _fields(self, name: str) -> Collection[str]:
        return (ContactForm if name == CONTACT else PersonForm).base_fields.keys()

    def _show(self, form: forms.Form, *, status: int = 200) -> HttpResponse:
        context = held.context(self.held, at=self.at) | self.context() | {"form": form}
        if self._is_fresh(form):
            context["fields"] = self._fresh_fields(form)
        return render(self.request, self.template, context, status=status)

    def _is_fresh(self, form: forms.Form) -> bool:
        """Whether nothing was typed yet, on no page of the hold."""
        draft = self.held.draft
        return not (form.is_bound or draft.pages or draft.shared or any(draft.people))

    def _fresh_fields(self, form: forms.Form) -> SafeString:
        """The empty fields, which are the same for everybody who comes for that: made once, kept for moments."""
        facts = f"{get_language()} {self.held.party.text} {self.names} {self.today}"
        key = f"fields-{hashlib.sha256(facts.encode()).hexdigest()}"
        made: SafeString | None = caches["local"].get(key)
        if made is None:
            made = format_html_join("", "{}", ((as_crispy_field(field),) for field in form))
            caches["local"].set(key, made, FIELDS_KEPT)
        return made

    def _saved_shared(self) -> dict[str, Any]:
        if shared := self.held.draft.shared:
            return initial_of(shared)
        return {"language": get_language() or Language.INDONESIAN}

    def _saved_person(self, number: int) -> dict[str, Any]:
        known = self.held.draft.people[number - 1]
        return typed_person(known) if known else {}


class _Details(_Questions):
    template = "citizens/booking/details.html"

    def after(self, draft: Draft) -> HttpResponse:
        """Everything stands on this one page: whoever is in a hurry books from it, without another look."""
        if BOOK in self.request.POST and draft.answers:
            return make(self.request, self.held.hold, draft.answers)
        return super().after(draft)

    def form(self, *, data: Any = None, initial: Mapping[str, Any] | None = None) -> forms.Form:
        return DetailsForm(data, initial=initial, party=self.held.party, today=self.today)

    def finish(self, form: DetailsForm) -> Draft:
        return self.held.draft.with_person(1, form.person()).with_shared(form.shared())

    def saved(self) -> dict[str, Any]:
        return self._saved_shared() | self._saved_person(1)

    def context(self) -> dict[str, Any]:
        return {}


class _Person(_Questions):
    template = "citizens/booking/person.html"

    @property
    def number(self) -> int:
        return int(self.names[0])

    def form(self, *, data: Any = None, initial: Mapping[str, Any] | None = None) -> forms.Form:
        people = self.held.draft.people
        return PersonForm(
            data,
            initial=initial,
            cases=self.held.party.people[self.number - 1],
            today=self.today,
            others=[one for at, one in enumerate(people, 1) if one and at != self.number],
        )

    def finish(self, form: PersonForm) -> Draft:
        return self.held.draft.with_person(self.number, form.person())

    def saved(self) -> dict[str, Any]:
        return self._saved_person(self.number)

    def context(self) -> dict[str, Any]:
        people = len(self.held.party.people)
        return {
            "caption": _("Person %(number)s of %(people)s")
            % {"number": self.number, "people": people},
            "services": way.titles(self.held.party.people[self.number - 1]),
            "first": self.number == 1,
            "back_url": "" if self.number == 1 else held.page_url(self.held, str(self.number - 1)),
        }


class _Contact(_Questions):
    template = "citizens/booking/contact.html"

    def form(self, *, data: Any = None, initial: Mapping[str, Any] | None = None) -> forms.Form:
        return ContactForm(
            data, initial=initial, party=self.held.party, household_key=self.household_key
        )

    def finish(self, form: ContactForm) -> Draft:
        return self.held.draft.with_shared(form.shared())

    def saved(self) -> dict[str, Any]:
        return {"guardian_name": self._grown_up()} | self._saved_shared()

    def context(self) -> dict[str, Any]:
        return {"back_url": held.page_url(self.held, str(len(self.held.party.people)))}

    def _grown_up(self) -> str:
        """The name of somebody of the party who comes for no child's service: not asked twice."""
        for known, cases in zip(self.held.draft.people, self.held.party.people, strict=True):
            if known and all(case.attendance != Attendance.PARENT for case in cases):
                return known.full_name
        return ""
