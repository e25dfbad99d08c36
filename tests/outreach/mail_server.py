"""A real SMTP server that remembers all it was given, and misbehaves towards chosen recipients."""

import asyncio
import datetime
import ipaddress
import ssl
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from urllib.parse import urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER, PASSWORD = "portal", "s3cret/with:signs"


class Server:
    """The handler of aiosmtpd.

    `answer_rcpt` and `answer_data` give a recipient a reply of its own; for those in `breaks_after_data` the
    connection ends where the reply should come. While `holding` is set nobody gets that reply.
    """

    def __init__(self):
        self.mails = []
        self.connections = 0
        self.recipients = []
        self.answer_rcpt = {}
        self.answer_data = {}
        self.breaks_on_rcpt = set()
        self.breaks_after_data = set()
        self.holding = threading.Event()
        self.holds_one = threading.Event()
        self.url = None

    @property
    def references(self):
        """The Message-IDs of all mails whose text arrived, without their domain."""
        return [mail["Message-ID"].strip("<>").partition("@")[0] for mail in self.mails]

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - aiosmtpd's name
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        self.recipients.append(address)
        if address in self.breaks_on_rcpt:
            server.transport.abort()
        if address in self.answer_rcpt:
            return self.answer_rcpt[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        while self.holding.is_set():
            self.holds_one.set()
            await asyncio.sleep(0.01)
        (recipient,) = envelope.rcpt_tos
        if recipient in self.breaks_after_data:
            server.transport.abort()
        return self.answer_data.get(recipient, "250 OK: queued")


@contextmanager
def running(scheme="smtp", *, certificate=None, sign_in=False):
    """A server on a free port of loopback; `certificate` is the folder that `make_certificate` filled."""
    handler = Server()
    options = {"hostname": "127.0.0.1", "port": 0}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")
        if scheme == "smtps":
            options["ssl_context"] = context
        else:
            options |= {"tls_context": context, "require_starttls": True}
    if sign_in:
        options |= {
            "authenticator": _authenticate,
            "auth_required": True,
            "auth_require_tls": False,
        }
    controller = _Controller(handler, **options)
    controller.start()
    try:
        host, port = controller.server.sockets[0].getsockname()
        handler.url = urlsplit(f"{scheme}://{host}:{port}")
        yield handler
    finally:
        handler.holding.clear()
        controller.stop()


def make_certificate(folder):
    """Writes key.pem and certificate.pem for 127.0.0.1, valid for a day; returns the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder


class _Controller(Controller):
    """aiosmtpd asks its own port whether it is up, and cannot do so when the port is chosen by the system."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=good)
