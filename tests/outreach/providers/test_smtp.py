import logging
import socket
import threading
from urllib.parse import quote, urlsplit

import pytest

from outreach.domain import claims
from outreach.providers import Accepted, NotSent, Outgoing, Rejected, Unknown, smtp
from outreach.providers.smtp import SmtpProvider
from tests.factories.citizens import MOMENT
from tests.outreach import mail_server

# aiosmtpd says so, rightly; encryption has tests of its own.
IN_CLEAR = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def server():
    with mail_server.running() as found:
        yield found


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """A certificate that this test trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    return mail_server.make_certificate(tmp_path)


def provider(url, **options):
    return SmtpProvider(
        url, sender="Disdukcapil <kantor@example.test>", domain="example.test", **options
    )


def mails(*recipients, body="Halo.\n.titik\n"):
    return [
        Outgoing(
            reference=f"ref-{number}",
            to=recipient,
            subject="Janji temu",
            body=body,
            html="<p>Halo.</p>",
            language="id",
            at=MOMENT,
        )
        for number, recipient in enumerate(recipients)
    ]


def send(url, *recipients, **options):
    found = provider(url, **options)
    try:
        return list(found.send(mails(*recipients)))
    finally:
        found.close()


def with_sign_in(url, password=mail_server.PASSWORD):
    return urlsplit(
        f"{url.scheme}://{mail_server.USER}:{quote(password, safe='')}@{url.hostname}:{url.port}"
    )


def test_a_batch_goes_over_one_connection(server):
    answers = send(server.url, "a@example.test", "b@example.test", "c@example.test")

    assert [type(answer) for answer in answers] == [Accepted] * 3
    assert server.connections == 1
    assert server.references == ["ref-0", "ref-1", "ref-2"]


def test_the_next_batch_uses_the_connection_of_the_one_before(server):
    found = provider(server.url)
    for recipient in ("a@example.test", "b@example.test"):
        list(found.send(mails(recipient)))
    found.close()

    assert server.connections == 1


def test_a_mail_arrives_as_it_was_written(server):
    send(server.url, "a@example.test")

    (mail,) = server.mails
    assert mail.get_body(("plain",)).get_content().splitlines() == ["Halo.", ".titik"]
    assert mail.get_body(("html",)).get_content().strip() == "<p>Halo.</p>"
    assert mail["Message-ID"] == "<ref-0@example.test>"
    assert mail["From"] == "Disdukcapil <kantor@example.test>"


def test_a_refusal_of_one_recipient_leaves_the_others_alone(server):
    server.answer_rcpt = {"gone@example.test": "550 no such user"}
    server.answer_data = {"full@example.test": "452 mailbox full"}

    answers = send(server.url, "gone@example.test", "full@example.test", "b@example.test")

    assert answers[0] == Rejected("550 no such user", permanent=True)
    assert answers[1] == Rejected("452 mailbox full", permanent=False)
    assert isinstance(answers[2], Accepted)
    assert server.connections == 1


def test_a_refusal_after_the_text_may_be_for_good(server):
    server.answer_data = {"a@example.test": "554 looks like spam"}

    assert send(server.url, "a@example.test") == [Rejected("554 looks like spam", permanent=True)]


def test_a_server_that_closes_with_421_is_called_again(server):
    server.answer_rcpt = {"a@example.test": "421 too many mails, closing"}

    answers = send(server.url, "a@example.test", "b@example.test")

    assert answers[0] == Rejected("421 too many mails, closing", permanent=False)
    assert isinstance(answers[1], Accepted)
    assert server.connections == 2


def test_a_connection_that_breaks_before_the_text_sent_nothing(server):
    server.breaks_on_rcpt = {"a@example.test"}

    answers = send(server.url, "a@example.test", "b@example.test")

    assert [type(answer) for answer in answers] == [NotSent, Accepted]
    assert server.references == ["ref-1"]


def test_a_connection_that_breaks_after_the_text_leaves_it_unknown(server):
    server.breaks_after_data = {"a@example.test"}

    answers = send(server.url, "a@example.test", "b@example.test")

    assert [type(answer) for answer in answers] == [Unknown, Accepted]
    assert server.references == ["ref-0", "ref-1"]


def test_a_silent_server_after_the_text_leaves_it_unknown(server):
    server.holding.set()

    (answer,) = send(server.url, "a@example.test", timeout=0.3)

    assert isinstance(answer, Unknown)
    assert server.references == ["ref-0"]


def test_a_server_that_keeps_breaking_is_left_alone(server):
    server.breaks_on_rcpt = {"a@example.test"}

    answers = send(server.url, *["a@example.test"] * 6)

    assert {type(answer) for answer in answers} == {NotSent}
    assert server.connections == smtp.LOST_CONNECTIONS


def test_a_port_where_nobody_listens_sent_nothing():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    answers = send(urlsplit(f"smtp://127.0.0.1:{port}"), "a@example.test", "b@example.test")

    assert [type(answer) for answer in answers] == [NotSent, NotSent]
    assert "refused" in answers[0].error


def test_a_name_that_nobody_knows_sent_nothing():
    (answer,) = send(urlsplit("smtp://mail.invalid"), "a@example.test")

    assert isinstance(answer, NotSent)


def test_a_server_that_never_greets_sent_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = urlsplit(f"smtp://127.0.0.1:{silent.getsockname()[1]}")

        (answer,) = send(url, "a@example.test", timeout=0.2)

    assert isinstance(answer, NotSent)


def test_what_is_no_mail_server_sent_nothing():
    with socket.create_server(("127.0.0.1", 0)) as other:
        thread = threading.Thread(target=answer_like_a_web_server, args=(other,))
        thread.start()
        url = urlsplit(f"smtp://127.0.0.1:{other.getsockname()[1]}")

        (answer,) = send(url, "a@example.test", timeout=2)
        thread.join()

    assert isinstance(answer, NotSent)


def answer_like_a_web_server(listener):
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_what_does_not_fit_into_the_time_of_a_batch_is_not_sent(server):
    answers = send(server.url, "a@example.test", batch_seconds=0)

    assert [type(answer) for answer in answers] == [NotSent]
    assert server.mails == []


def test_a_recipient_that_is_no_address_is_refused_by_us(server):
    answers = send(server.url, "siti@x\r\nBcc: b@example.test", "ibu\u00e9@example.test")

    assert all(isinstance(answer, Rejected) and answer.permanent for answer in answers)
    assert server.recipients == []


def test_an_international_domain_is_written_in_ascii(server):
    send(server.url, "siti@caf\u00e9.test")

    assert server.recipients == ["siti@xn--caf-dma.test"]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_mail_travels_encrypted(certificate, scheme):
    with mail_server.running(scheme, certificate=certificate) as server:
        (answer,) = send(server.url, "a@example.test")

    assert isinstance(answer, Accepted)
    assert server.references == ["ref-0"]


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path, scheme):
    folder = mail_server.make_certificate(tmp_path)
    with mail_server.running(scheme, certificate=folder) as server:
        (answer,) = send(server.url, "a@example.test")

    assert isinstance(answer, NotSent)
    assert server.mails == []


def test_a_server_without_tls_gets_nothing_when_tls_was_asked_for(server):
    url = urlsplit(f"smtp+tls://127.0.0.1:{server.url.port}")

    (answer,) = send(url, "a@example.test")

    assert isinstance(answer, NotSent)
    assert server.mails == []


@IN_CLEAR
def test_user_and_password_are_used():
    with mail_server.running(sign_in=True) as server:
        (answer,) = send(with_sign_in(server.url), "a@example.test")

    assert isinstance(answer, Accepted)


@IN_CLEAR
def test_a_wrong_password_sends_nothing_and_reaches_no_log(caplog):
    caplog.set_level(logging.DEBUG)
    with mail_server.running(sign_in=True) as server:
        (answer,) = send(with_sign_in(server.url, "wr0ng-s3cret"), "a@example.test")

    assert isinstance(answer, NotSent)
    assert "535" in answer.error
    said = answer.error + "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("outreach")
    )
    assert "mail server" in said
    assert "wr0ng" not in said


def test_a_batch_ends_before_its_lease_does():
    connecting, one_message = 7 * smtp.TIMEOUT, 4 * smtp.TIMEOUT

    assert smtp.BATCH_SECONDS + connecting + one_message < claims.LEASE.total_seconds()
