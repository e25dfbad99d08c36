import json
from email import message_from_bytes, policy

from outreach.providers import Accepted, NotSent, Outgoing, Rejected
from outreach.providers.file import mail_folder, sms_folder
from tests.factories.citizens import MOMENT


def outgoing(**changes):
    return Outgoing(
        **{
            "reference": "ref",
            "to": "+6281200000000",
            "body": "Halo.",
            "language": "id",
            "at": MOMENT,
        }
        | changes
    )


def mails(folder):
    return mail_folder(folder, sender="Kantor <kantor@example.test>", domain="example.test")


def test_an_sms_is_a_json_file(tmp_path):
    answers = list(sms_folder(tmp_path / "outbox").send([outgoing()]))

    (file,) = (tmp_path / "outbox").iterdir()
    assert answers == [Accepted(file.name)]
    assert json.loads(file.read_text()) == {
        "reference": "ref",
        "to": "+6281200000000",
        "text": "Halo.",
        "at": "2027-03-16T02:20:00+00:00",
        "encoding": "gsm7",
        "parts": 1,
    }


def test_a_mail_is_a_file_that_mail_programs_open(tmp_path):
    (answer,) = mails(tmp_path).send([outgoing(to="warga@example.test", subject="Janji temu")])

    (file,) = tmp_path.iterdir()
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert answer == Accepted(file.name)
    assert file.suffix == ".eml"
    assert mail["Message-ID"] == "<ref@example.test>"
    assert mail["To"] == "warga@example.test"


def test_the_same_reference_is_the_same_file(tmp_path):
    for _ in range(2):
        list(sms_folder(tmp_path).send([outgoing()]))

    assert len(list(tmp_path.iterdir())) == 1


def test_a_malformed_address_is_refused_and_leaves_no_file(tmp_path):
    (answer,) = mails(tmp_path).send([outgoing(to="siti")])

    assert isinstance(answer, Rejected)
    assert answer.permanent
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_sends_nothing(tmp_path):
    (tmp_path / "file").touch()

    (answer,) = sms_folder(tmp_path / "file" / "outbox").send([outgoing()])

    assert isinstance(answer, NotSent)
