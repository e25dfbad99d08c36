"""Encryption of fields, keyed hashes and the key of a person."""

from datetime import date

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.models import F
from django.test.utils import isolate_apps
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from citizens import crypto, nik

OLD, NEW = b"o" * 32, b"n" * 32
BORN = date(1990, 5, 17)
DEMO_NIK = "0073011705900001"

one_setting_for_all_examples = hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS = [NEW, OLD]
    settings.HASH_KEY = b"h" * 32
    return settings


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=20))
@one_setting_for_all_examples
def test_text_comes_back_in_its_own_context(text, context):
    assert crypto.decrypt(crypto.encrypt(text, context=context), context=context) == text


@given(st.integers(0, 48), st.integers(1, 255))
@one_setting_for_all_examples
def test_a_blob_with_one_changed_byte_is_refused(place, flip):
    blob = bytearray(crypto.encrypt(DEMO_NIK, context="visitor.nik"))
    assert len(blob) == 49
    blob[place] ^= flip
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(bytes(blob), context="visitor.nik")


@given(st.binary(max_size=60))
@one_setting_for_all_examples
def test_bytes_of_another_origin_are_refused(blob):
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(blob, context="visitor.nik")


def test_a_blob_of_another_context_is_refused():
    blob = crypto.encrypt(DEMO_NIK, context="visitor.nik")
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(blob, context="person.nik")


def test_equal_texts_have_unequal_blobs_that_do_not_show_them():
    blobs = {crypto.encrypt(DEMO_NIK, context="visitor.nik") for _ in range(50)}
    assert len(blobs) == 50
    assert not any(DEMO_NIK.encode() in blob for blob in blobs)


def test_every_configured_key_decrypts_and_the_first_is_in_use(keys):
    keys.FIELD_KEYS = [OLD]
    blob = crypto.encrypt(DEMO_NIK, context="c")
    assert crypto.uses_current_key(blob)
    keys.FIELD_KEYS = [NEW, OLD]
    assert crypto.decrypt(memoryview(blob), context="c") == DEMO_NIK
    assert not crypto.uses_current_key(blob)
    assert crypto.uses_current_key(memoryview(crypto.encrypt(DEMO_NIK, context="c")))
    keys.FIELD_KEYS = [NEW]
    with pytest.raises(crypto.Undecryptable):
        crypto.decrypt(blob, context="c")


def test_a_keyed_hash_depends_on_text_purpose_and_key(keys):
    first = crypto.keyed_hash("a", purpose="p")
    assert len(first) == 64
    assert first == crypto.keyed_hash("a", purpose="p")
    others = {crypto.keyed_hash("b", purpose="p"), crypto.keyed_hash("a", purpose="q")}
    keys.HASH_KEY = b"i" * 32
    assert len({first, crypto.keyed_hash("a", purpose="p"), *others}) == 4


def key(*, nik=None, full_name="Siti Aminah", birth_date=BORN):
    return crypto.person_key(nik=nik, full_name=full_name, birth_date=birth_date)


def test_with_a_nik_a_person_is_known_by_it_alone():
    assert key(nik=DEMO_NIK) == key(nik="00.73.01 170590-0001", full_name="S. Aminah")
    assert key(nik=DEMO_NIK) != key(nik="0073011705900002")
    with pytest.raises(nik.Invalid):
        key(nik="12345")


def test_without_a_nik_a_person_is_known_by_name_and_birth_date():
    assert key() == key(nik="", full_name="  SITI  aminah, S.Pd.")
    assert key() != key(birth_date=date(1990, 5, 18))
    assert key() != key(full_name="Siti Aminati")


@given(st.text())
@one_setting_for_all_examples
def test_a_name_never_meets_a_nik(suffix):
    assert key(nik=DEMO_NIK) != key(full_name="a" + suffix)


@pytest.mark.parametrize(
    "typed",
    [
        "nur'aini siti",
        "NUR\u2019AINI  SITI",
        "Nuraini\u00a0Siti",
        "Hj. Nuraini Siti",
        "Hj.Nuraini Siti",
        "Prof. Dr. Hj. Nur`aini Siti, S.Pd., M.Si.",
        "dr. Nuraini Siti, Sp.A",
        "Dra Nuraini Siti, MM",
        "Nuraini Siti S.Kom.",
        "\uff2e\uff55\uff52\uff41\uff49\uff4e\uff49 Siti",
        "Nuraini-Siti.",
    ],
)
def test_one_name_written_many_ways_is_one_name(typed):
    assert crypto.normalise_name(typed) == "nuraini siti"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("H.", "h"),
        ("Ahmad H", "ahmad h"),
        ("M.T. Haryono", "m t haryono"),
        ("Siti MT", "siti mt"),
        ("Siti, Aminah", "siti aminah"),
        ("Tb. Ahmad", "tb ahmad"),
        ("José", "josé"),
        ("李 明", "李 明"),
    ],
)
def test_what_may_be_part_of_a_name_is_kept(typed, kept):
    assert crypto.normalise_name(typed) == kept


@pytest.mark.parametrize("typed", ["", " ", "...", "12", ", S.Pd"])
def test_a_name_without_a_letter_is_refused(typed):
    with pytest.raises(ValueError, match="letter"):
        crypto.normalise_name(typed)


@given(st.text())
def test_normalising_a_name_twice_changes_nothing_more(typed):
    try:
        once = crypto.normalise_name(typed)
    except ValueError:
        return
    assert crypto.normalise_name(once) == once


@pytest.fixture
def secret_note(db):
    """A model with one encrypted field and its table, gone with the test's transaction."""
    with isolate_apps():

        class SecretNote(models.Model):
            text = crypto.EncryptedTextField(context="note.text", null=True)

            class Meta:
                app_label = "citizens"

            def __str__(self):
                return f"note {self.pk}"

        with connection.schema_editor() as editor:
            editor.create_model(SecretNote)
        yield SecretNote


def blobs(model):
    raw = models.ExpressionWrapper(F("text"), output_field=models.BinaryField())
    return [row.raw and bytes(row.raw) for row in model.objects.annotate(raw=raw).order_by("pk")]


def test_a_field_reads_what_it_wrote_and_the_table_holds_a_blob(secret_note):
    secret_note.objects.create(text=DEMO_NIK)
    secret_note.objects.bulk_create([secret_note(text=""), secret_note(text=None)])
    assert list(secret_note.objects.order_by("pk").values_list("text", flat=True)) == [
        DEMO_NIK,
        "",
        None,
    ]
    first, empty, null = blobs(secret_note)
    assert DEMO_NIK.encode() not in first
    assert crypto.decrypt(first, context="note.text") == DEMO_NIK
    assert empty
    assert null is None


def test_saving_again_moves_a_field_to_the_current_key(secret_note, keys):
    keys.FIELD_KEYS = [OLD]
    secret_note.objects.create(text=DEMO_NIK)
    keys.FIELD_KEYS = [NEW, OLD]
    assert not crypto.uses_current_key(blobs(secret_note)[0])
    secret_note.objects.get().save(update_fields=["text"])
    assert crypto.uses_current_key(blobs(secret_note)[0])
    secret_note.objects.update(text="baru")
    assert secret_note.objects.get().text == "baru"


@pytest.mark.parametrize(
    "lookup",
    [
        {"text": DEMO_NIK},
        {"text": None},
        {"text__contains": "3"},
        {"text__in": [DEMO_NIK]},
        {"text__startswith": "0"},
        {"text__length": 16},
        {"text__gt": ""},
    ],
)
def test_a_field_cannot_be_filtered(secret_note, lookup):
    with pytest.raises(FieldError, match="encrypted"):
        secret_note.objects.filter(**lookup).exists()


def test_a_field_can_be_asked_whether_it_is_empty(secret_note):
    secret_note.objects.bulk_create([secret_note(text="a"), secret_note(text=None)])
    assert secret_note.objects.filter(text__isnull=True).count() == 1
    assert secret_note.objects.exclude(text__isnull=True).get().text == "a"


def test_a_field_describes_itself_for_migrations():
    field = crypto.EncryptedTextField(context="note.text", null=True)
    _, path, args, kwargs = field.deconstruct()
    assert path == "citizens.crypto.EncryptedTextField"
    assert (args, kwargs) == ([], {"context": "note.text", "null": True})
    assert not field.editable
    assert not field.serialize
    assert field.clone().context == "note.text"


@pytest.mark.parametrize("option", ["unique", "db_index", "primary_key"])
def test_a_field_cannot_be_indexed(option):
    with pytest.raises(ValueError, match="keyed hash"):
        crypto.EncryptedTextField(context="note.text", **{option: True})


def test_a_field_needs_a_context():
    with pytest.raises(ValueError, match="context"):
        crypto.EncryptedTextField(context="")
