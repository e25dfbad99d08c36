from dataclasses import replace

import pytest

from outreach.providers import Outgoing, mime
from tests.factories.citizens import MOMENT

MAIL = Outgoing(
    reference="Ab3_-x",
    to="warga@example.test",
    subject="Janji temu",
    body="Halo.\n",
    html="<p>Halo.</p>",
    language="id",
    at=MOMENT,
)


def build(**changes):
    return mime.build(
        replace(MAIL, **changes), sender="Disdukcapil <kantor@example.test>", domain="example.test"
    )


def test_a_mail_has_the_headers_that_it_should():
    mail = build()

    assert mail["Message-ID"] == "<Ab3_-x@example.test>"
    assert mail["Date"].datetime == MOMENT
    assert mail["Content-Language"] == "id"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"


def test_every_byte_is_ascii_and_no_line_too_long():
    content = build(subject="Caf\u00e9 " * 20, body="Layanan caf\u00e9 " * 200).as_bytes()

    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_without_html_it_is_plain_text():
    assert build(html="").get_content_type() == "text/plain"


@pytest.mark.parametrize(
    "to",
    [
        "",
        "siti",
        "@example.test",
        "siti@",
        "siti@x\r\nBcc: b@example.test",
        "a b@@c",
        "s\u00ed@x.id",
    ],
)
def test_what_is_no_address_makes_no_mail(to):
    with pytest.raises(mime.Malformed):
        build(to=to)


def test_a_subject_cannot_smuggle_a_header():
    with pytest.raises(mime.Malformed):
        build(subject="Halo\r\nBcc: b@example.test")
