"""An outgoing e-mail as a MIME document."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from outreach.providers.base import Outgoing

POLICY = SMTP.clone(cte_type="7bit")  # the next server need not know 8BITMIME


class Malformed(ValueError):
    """The address or a header cannot be written into an e-mail."""


def build(outgoing: Outgoing, *, sender: str, domain: str) -> EmailMessage:
    """Returns the e-mail, text and HTML, from `sender` ("Name <address>").

    The Message-ID is the reference at `domain`. Raises `Malformed`.
    """
    mail = EmailMessage(policy=POLICY)
    try:
        mail["From"] = sender
        mail["To"] = Address(addr_spec=ascii_address(outgoing.to))
        mail["Subject"] = outgoing.subject
        mail["Date"] = format_datetime(outgoing.at)
        mail["Message-ID"] = f"<{outgoing.reference}@{domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answer, please
        mail.set_content(outgoing.body)
        if outgoing.html:
            mail.add_alternative(outgoing.html, subtype="html")
        mail["Content-Language"] = outgoing.language
    except (ValueError, IndexError, MessageError) as error:
        raise Malformed(type(error).__name__) from error
    return mail


def ascii_address(address: str) -> str:
    """Writes the domain in its ASCII form; SMTP without extensions knows no other.

    Raises `Malformed` for what is no address, and for letters outside ASCII before the "@".
    """
    local, at, domain = address.rpartition("@")
    if not (local and at and domain and local.isascii()):
        raise Malformed("address")
    try:
        return f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise Malformed("domain") from error
