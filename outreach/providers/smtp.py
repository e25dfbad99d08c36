"""E-mail over SMTP, one connection for a whole batch.

What matters is how far a message came before something broke. Until the text of the message leaves,
nothing can have been delivered (RFC 5321, 4.1.1.4); from then on only the server's reply tells.
"""

import contextlib
import logging
import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote

from outreach.providers import mime
from outreach.providers.base import Accepted, Answer, NotSent, Outgoing, Rejected, Unknown

logger = logging.getLogger(__name__)

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
TIMEOUT = (
    8.0  # seconds for each command, of which a connection takes at most seven and a message four
)
BATCH_SECONDS = 20.0  # no message is begun later than this
LOST_CONNECTIONS = 3  # after so many the server is left alone until the next run
CLOSING = 421  # RFC 5321: the server closes the connection after this reply


class SmtpProvider:
    """A server named by smtp://, smtp+tls:// (STARTTLS) or smtps:// with user and password."""

    name = "smtp"

    def __init__(
        self,
        url: SplitResult,
        *,
        sender: str,
        domain: str,
        timeout: float = TIMEOUT,
        batch_seconds: float = BATCH_SECONDS,
    ) -> None:
        self.scheme = url.scheme
        self.host = url.hostname or "localhost"
        self.port = url.port or PORTS[url.scheme]
        self.user = unquote(url.username or "")
        self.password = unquote(url.password or "")
        self.sender = sender
        self.envelope_sender = parseaddr(sender)[1]
        self.domain = domain
        self.timeout = timeout
        self.batch_seconds = batch_seconds
        self._connection: smtplib.SMTP | None = None
        self._lost = 0
        self._down = ""

    def send(self, batch: Sequence[Outgoing]) -> Iterator[Answer]:
        end = time.monotonic() + self.batch_seconds
        self._check()
        for outgoing in batch:
            yield self._send_one(outgoing, end)

    def close(self) -> None:
        if self._connection:
            with contextlib.suppress(OSError):
                self._connection.quit()
        self._drop()

    def _send_one(self, outgoing: Outgoing, end: float) -> Answer:
        try:
            mail = mime.build(outgoing, sender=self.sender, domain=self.domain)
            recipient = mime.ascii_address(outgoing.to)
        except mime.Malformed as error:
            return Rejected(f"malformed: {error}", permanent=True)
        if self._down:
            return NotSent(self._down)
        try:
            connection = self._connection or self._connect()
        except OSError as error:
            return self._give_up(error)
        if time.monotonic() > end:
            return NotSent("no time was left in this batch")
        return self._submit(connection, recipient, mail.as_bytes())

    def _submit(self, connection: smtplib.SMTP, recipient: str, content: bytes) -> Answer:
        try:
            refusal = self._announce(connection, recipient)
        except OSError as error:
            self._lose()
            return NotSent(_words(error))
        if refusal:
            return refusal
        try:
            connection.send(_transparent(content))
            code, reply = connection.getreply()
        except OSError as error:
            self._lose()
            return Unknown(_words(error))
        if code // 100 == 2:
            return Accepted(_text(reply))
        return self._refused(code, reply)

    def _announce(self, connection: smtplib.SMTP, recipient: str) -> Rejected | None:
        """Sender, recipient and DATA; None when the server now waits for the text."""
        code, reply = connection.mail(self.envelope_sender)
        if code // 100 == 2:
            code, reply = connection.rcpt(recipient)
        if code // 100 == 2:
            code, reply = connection.docmd("DATA")
        return None if code == 354 else self._refused(code, reply)

    def _refused(self, code: int, reply: bytes) -> Rejected:
        """Makes the connection ready for the next message."""
        if code == CLOSING:
            self._lose()
        elif self._connection:
            try:
                self._connection.rset()
            except OSError:
                self._lose()
        return Rejected(f"{code} {_text(reply)}", permanent=code // 100 == 5)

    def _connect(self) -> smtplib.SMTP:
        """Connects, secures and signs in. Raises OSError (smtplib.SMTPException is one); nothing was sent then."""
        connection = self._opened()
        try:
            if self.scheme == "smtp+tls":
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self.user:
                connection.login(self.user, self.password)
        except OSError:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _opened(self) -> smtplib.SMTP:
        # The local name is given, or smtplib would look it up in the DNS, without a time-out.
        if self.scheme != "smtps":
            return smtplib.SMTP(self.host, self.port, self.domain, timeout=self.timeout)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(
            self.host, self.port, self.domain, timeout=self.timeout, context=context
        )

    def _check(self) -> None:
        """Drops a kept connection that the server has closed meanwhile."""
        if self._connection:
            try:
                code, _ = self._connection.noop()
            except OSError:
                code = CLOSING
            if code != 250:
                self._drop()

    def _lose(self) -> None:
        self._drop()
        self._lost += 1
        if self._lost >= LOST_CONNECTIONS:
            self._down = "the server broke the connection too often"
            logger.warning("mail server %s:%s: %s", self.host, self.port, self._down)

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None

    def _give_up(self, error: OSError) -> NotSent:
        self._down = _words(error)
        logger.warning("mail server %s:%s: %s", self.host, self.port, self._down)
        return NotSent(self._down)


def _transparent(content: bytes) -> bytes:
    """The text with its end, and with a second dot before each line that begins with one (RFC 5321, 4.5.2)."""
    end = b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"
    return content.replace(b"\r\n.", b"\r\n..") + end


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(reply: bytes | str) -> str:
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply
