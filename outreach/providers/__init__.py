"""Who carries the messages of a channel; settings.EMAIL_URL and settings.SMS_URL decide."""

from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings

from outreach.enums import Channel
from outreach.providers.base import (
    Accepted,
    Answer,
    NotSent,
    Outgoing,
    Provider,
    Rejected,
    Unknown,
)
from outreach.providers.file import mail_folder, sms_folder
from outreach.providers.smtp import SmtpProvider

__all__ = [
    "Accepted",
    "Answer",
    "NotSent",
    "Outgoing",
    "Provider",
    "Rejected",
    "Unknown",
    "for_channel",
]


def for_channel(channel: Channel) -> Provider:
    """Returns a new provider; close it after use. Without a URL, messages go to settings.OUTBOX_DIR."""
    if channel == Channel.SMS:
        folder = unquote(settings.SMS_URL.path) if settings.SMS_URL.scheme else settings.OUTBOX_DIR
        return sms_folder(Path(folder))
    sender = settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].rpartition("@")[2]
    if settings.EMAIL_URL.scheme:
        return SmtpProvider(settings.EMAIL_URL, sender=sender, domain=domain)
    return mail_folder(Path(settings.OUTBOX_DIR), sender=sender, domain=domain)
