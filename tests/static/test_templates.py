"""The templates of the design system, rendered as the pages render them."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from portal import showcase

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ERROR_PAGES = ("400", "403", "404", "429", "500", "503")
OUTSIDE_THE_SHOWCASE = {"error_page.html", "htmx.html"}


class Page(HTMLParser):
    """The elements of a page as (tag, attributes), in order."""

    def __init__(self, html):
        super().__init__()
        self.elements = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def every(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def ids(self):
        return [attrs["id"] for _, attrs in self.elements if attrs.get("id")]


@pytest.fixture(params=["id", "en"])
def showcase_html(request):
    with translation.override(request.param):
        return render_to_string(
            "portal/components.html", showcase.context(), RequestFactory().get("/komponen/")
        )


def render(template, **context):
    return render_to_string(template, context)


def test_every_component_is_shown_on_the_page_of_components():
    def used(path):
        source = path.read_text(encoding="utf-8")
        names = set(re.findall(r'include "components/([\w.]+)"', source))
        return names.union(*(used(TEMPLATES / "components" / name) for name in names))

    shown = used(TEMPLATES / "portal" / "components.html") | used(TEMPLATES / "base.html")
    there = {path.name for path in (TEMPLATES / "components").glob("*.html")}
    assert there - shown == OUTSIDE_THE_SHOWCASE


@pytest.mark.parametrize("path", sorted((TEMPLATES / "components").glob("*.html")), ids=str)
def test_every_component_says_at_its_top_what_it_takes(path):
    source = path.read_text(encoding="utf-8")
    assert source.startswith("{% comment %}")
    assert "Argument" in source.partition("{% endcomment %}")[0]


def test_no_id_is_used_twice_on_the_page_of_components(showcase_html):
    assert [name for name, times in Counter(Page(showcase_html).ids()).items() if times > 1] == []


def test_every_label_and_error_link_leads_to_a_field(showcase_html):
    page = Page(showcase_html)
    ids = set(page.ids())
    named = [attrs["for"] for attrs in page.every("label") if "for" in attrs]
    linked = [
        attrs["href"][1:]
        for attrs in page.every("a")
        if attrs.get("href", "").startswith("#wrong_")
    ]
    assert len(linked) == 4
    assert ids.issuperset(named + linked)


def test_every_described_field_has_its_description(showcase_html):
    page = Page(showcase_html)
    described = [
        name for _, attrs in page.elements for name in attrs.get("aria-describedby", "").split()
    ]
    assert described
    assert set(page.ids()).issuperset(described)


def test_the_showcase_carries_no_inline_style_or_script(showcase_html):
    page = Page(showcase_html)
    assert not page.every("style")
    assert not page.every("script")
    assert not [
        attrs
        for _, attrs in page.elements
        if "style" in attrs or any(name.startswith("on") for name in attrs)
    ]


def test_a_page_asks_for_one_stylesheet_and_one_icon(showcase_html):
    links = Page(showcase_html).every("link")
    assert [link["rel"] for link in links] == ["icon", "stylesheet"]
    assert not Page(showcase_html).every("img")


def test_the_language_switch_names_the_other_language_in_itself(showcase_html):
    page = Page(showcase_html)
    ours = page.every("html")[0]["lang"]
    (button,) = [b for b in page.every("button") if b.get("name") == "language"]
    assert {ours, button["value"]} == {"id", "en"}
    assert button["lang"] == button["value"]


def test_the_language_switch_comes_back_to_the_same_page(showcase_html):
    (back,) = [field for field in Page(showcase_html).every("input") if field.get("name") == "next"]
    assert back["value"] == "/komponen/"


def test_the_error_summary_takes_the_focus(showcase_html):
    (summary,) = [a for _, a in Page(showcase_html).elements if a.get("class") == "error-summary"]
    assert summary["role"] == "alert"
    assert summary["tabindex"] == "-1"
    assert "autofocus" in summary


def test_a_form_without_errors_shows_no_summary():
    assert render("components/error_summary.html", form=showcase.SampleForm()).strip() == ""


def test_an_error_of_the_whole_form_is_in_the_summary():
    form = showcase.SampleForm({})
    form.is_valid()
    form.add_error(None, "Pukul 09.20 baru saja penuh.")
    assert "Pukul 09.20 baru saja penuh." in render("components/form.html", form=form, submit="x")


def test_a_full_day_is_no_link_and_says_why():
    cell = {"number": 5, "label": "Jumat, 5 Maret 2027", "reason": "penuh"}
    page = render("components/day_table.html", caption="Maret", weekdays=[], weeks=[[cell]])
    assert "penuh" in page
    assert "Jumat, 5 Maret 2027" in page
    assert "<a" not in page
    assert "<button" not in page


def test_a_day_sends_its_value_where_no_url_is_given():
    cell = {"number": 5, "label": "Jumat, 5 Maret 2027", "value": "2027-03-05", "free": "3"}
    page = render(
        "components/day_table.html", caption="Maret", weekdays=[], weeks=[[cell]], name="day"
    )
    (button,) = Page(page).every("button")
    assert (button["name"], button["value"]) == ("day", "2027-03-05")


def test_a_percentage_comes_with_its_base():
    with translation.override("id"):
        page = render(
            "components/percentage.html",
            label="IKD",
            percent=3.05,
            numerator=15680,
            denominator=514104,
            counted="aktif",
            base="wajib KTP",
            as_of="1 Januari 2024",
            source="Disdukcapil",
        )
    for part in ("3,05 %", "15.680", "514.104", "wajib KTP", "1 Januari 2024", "Disdukcapil"):
        assert part in page
    (bar,) = Page(page).every("progress")
    assert (bar["value"], bar["max"]) == ("15680", "514104")


@pytest.mark.parametrize("name", ERROR_PAGES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_an_error_page_needs_nothing_and_offers_a_way_on(name, language):
    with translation.override(language):
        page = Page(render(f"{name}.html"))
    assert page.every("html")[0]["lang"] == language
    assert len(page.every("h1")) == 1
    assert [a for a in page.every("a") if "btn" in a.get("class", "")]


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_gives_the_reference_number_it_was_given(name):
    assert "7f3a-91c2" in render(f"{name}.html", request_id="7f3a-91c2")


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_is_kept_out_of_search_engines(name):
    robots = [m for m in Page(render(f"{name}.html")).every("meta") if m.get("name") == "robots"]
    assert robots[0]["content"] == "noindex,nofollow"


def test_a_busy_page_offers_to_try_the_same_page_again():
    assert 'href="/janji/"' in render("503.html", retry_url="/janji/")


def test_the_page_of_a_breakdown_stands_alone():
    source = (TEMPLATES / "500.html").read_text(encoding="utf-8")
    assert "{% extends" not in source
    assert "{% url" not in source


def test_the_admin_has_one_theme_and_our_stylesheet(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    page = render_to_string("admin/base_site.html", {"title": "Hari ini"}, request)
    sheets = [link["href"] for link in Page(page).every("link") if link["rel"] == "stylesheet"]
    assert any("css/staff" in sheet for sheet in sheets)
    assert not any("dark_mode" in sheet for sheet in sheets)
    assert "theme-toggle" not in page
