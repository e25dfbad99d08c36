"""A browser without JavaScript, for journeys over real HTTP: it follows links and fills in forms."""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar

VOID = {"input", "br", "img", "meta", "link", "hr"}
UNSEEN = {"script", "style", "head"}


@dataclass
class Form:
    """`values` is what would be sent now; `choices` the values of each radio, select and button."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a person can see and press on one page."""

    def __init__(self, url, status, headers, html):
        super().__init__()
        self.url, self.status, self.headers, self.html = url, status, headers, html
        self.language = ""
        self.links = []  # pairs of text and address
        self.forms = []
        self._words = []
        self._stack = []
        self._target = None  # where the words of a link, option or button go
        self.feed(html)
        self.text = " ".join(" ".join(self._words).split())

    def link(self, words="", *, address=""):
        """The address of the first link with these words and this part of an address."""
        for text, href in self.links:
            if words in text and address in href:
                return href
        raise AssertionError(f"No link {words!r} {address!r} on {self.url}: {self.links}")

    def form(self, action):
        """The form whose address ends with `action`."""
        for form in self.forms:
            if urllib.parse.urlsplit(form.action).path.endswith(action):
                return form
        raise AssertionError(f"No form {action!r} on {self.url}: {self.text}")

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = attributes.get("lang", "")
        elif tag == "a" and "href" in attributes:
            self.links.append(["", urllib.parse.urljoin(self.url, attributes["href"])])
            self._target = lambda words, link=self.links[-1]: link.__setitem__(0, link[0] + words)
        elif tag == "form":
            action = urllib.parse.urljoin(self.url, attributes.get("action", ""))
            self.forms.append(Form(action, attributes.get("method", "get").lower()))
        elif self.forms and "form" in self._stack:
            self._handle_control(tag, attributes)
        if tag not in VOID:
            self._stack.append(tag)

    def _handle_control(self, tag, attributes):
        form, name, value = self.forms[-1], attributes.get("name"), attributes.get("value", "")
        kind = attributes.get("type", tag)
        if tag == "option":
            self._handle_option(form, value, selected="selected" in attributes)
        elif tag == "select":
            self._select = name
            form.choices[name] = {}
        elif name and (tag == "button" or kind in {"radio", "checkbox"}):
            value = value or "on"
            form.choices.setdefault(name, {})[value] = ""
            if "checked" in attributes:
                form.values[name] = value
        elif name and tag in {"input", "textarea"}:
            form.values[name] = value

    def _handle_option(self, form, value, *, selected):
        choices = form.choices[self._select]
        choices[value] = ""
        if selected or self._select not in form.values:
            form.values[self._select] = value
        self._target = lambda words: choices.__setitem__(value, choices[value] + words)

    def handle_endtag(self, tag):
        while self._stack and self._stack.pop() != tag:
            pass
        if tag in {"a", "option", "button"}:
            self._target = None

    def handle_data(self, data):
        if not UNSEEN & set(self._stack):
            self._words.append(data)
            if self._target:
                self._target(data.strip())


class Browser:
    """One person's browser: it keeps cookies."""

    def __init__(self, base):
        self.base = base
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, address):
        """The page at an address, which may be relative to the base."""
        return self._open(urllib.parse.urljoin(self.base, address))

    def send(self, form, **values):
        """The page after `form` was sent with some of its values changed; None leaves one out."""
        sent = {k: v for k, v in {**form.values, **values}.items() if v is not None}
        data = urllib.parse.urlencode(sent)
        if form.method == "get":
            return self.get(f"{form.action.partition('?')[0]}?{data}")
        return self._open(form.action, data.encode())

    def _open(self, address, data=None):
        try:
            answer = self._opener.open(address, data, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            html = answer.read().decode(answer.headers.get_content_charset() or "utf-8")
            return Page(answer.url, answer.status, answer.headers, html)
