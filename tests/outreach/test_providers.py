from urllib.parse import urlsplit

from outreach import providers
from outreach.enums import Channel


def test_without_urls_both_channels_write_into_the_outbox(settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path
    settings.EMAIL_URL = settings.SMS_URL = urlsplit("")

    for channel in Channel:
        found = providers.for_channel(channel)
        assert (found.name, found.folder) == ("file", tmp_path)


def test_sms_go_to_the_folder_of_the_url(settings):
    settings.SMS_URL = urlsplit("file:///srv/sms%20keluar")

    assert str(providers.for_channel(Channel.SMS).folder) == "/srv/sms keluar"


def test_mail_goes_to_the_server_of_the_url(settings):
    settings.DEFAULT_FROM_EMAIL = "Kantor <kantor@example.test>"
    settings.EMAIL_URL = urlsplit("smtp+tls://siti%40x:p%40ss@mail.example.test")

    found = providers.for_channel(Channel.EMAIL)

    assert (found.name, found.host, found.port) == ("smtp", "mail.example.test", 587)
    assert (found.user, found.password) == ("siti@x", "p@ss")
    assert (found.envelope_sender, found.domain) == ("kantor@example.test", "example.test")
