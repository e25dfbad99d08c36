"""Encryption of single fields, keyed hashes for look-up, and the key that tells people apart.

A blob is: version (1 byte), key id (4), nonce (12), AES-256-GCM ciphertext with its 16-byte tag.
The header and the context are authenticated, so a blob cannot be moved to another kind of field.
"""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from citizens import nik as nik_format

if TYPE_CHECKING:
    _TextField = models.TextField[str | None, str | None]
else:
    _TextField = models.TextField  # has no type parameters at run time

_VERSION = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = len(_VERSION) + _KEY_ID_BYTES

# Forms of address and academic titles, without their dots. They are typed on one visit and left
# out on the next.
_TITLE_BEFORE = re.compile(
    "h|hj|haji|haj?jah|kh|dr[adghs]?|ir|prof|ust(adz(ah)?)?|bapak|bpk|ibu|sdri?|tn|ny|nn"
)
_TITLE_AFTER = re.compile(
    "a(ma|md|mdkeb|mdkep)|b(a|sc)|lc|llm|phd"
    "|m(a|ag|ak|ba|cs|eng|ha?|hum|kes|kn|kom|m|msi|pdi?|sc|si|sn|sos|t)"
    "|s(ag|ak|ap|ars|ds|ei?|hi?|hum|ikom|ip|ked|kep|kh|km|kom|kp|pdi?|psi|p.{0,4}|s|si|sn|sos|st|t|th"
    "|tp|tr.*)"
)
_APOSTROPHES = re.compile("['`\u00b4\u02bb\u02bc\u02bd\u02be\u02bf\u2018\u2019\u201b\u2032]")


class Undecryptable(Exception):
    """The blob is damaged, belongs to another context, or its key is no longer configured."""


def encrypt(text: str, *, context: str) -> bytes:
    """Encrypt `text` with the first of settings.FIELD_KEYS.

    `context` names the column, such as "visitor.nik", and must be given again to decrypt.
    """
    key = settings.FIELD_KEYS[0]
    header = _VERSION + _key_id(key)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, text.encode(), header + context.encode())


def decrypt(blob: bytes, *, context: str) -> str:
    """Return the text of a blob made by `encrypt`. Raises `Undecryptable`."""
    header, nonce, sealed = _split(bytes(blob))
    for key in settings.FIELD_KEYS:
        if header[1:] == _key_id(key):
            try:
                return AESGCM(key).decrypt(nonce, sealed, header + context.encode()).decode()
            except InvalidTag as error:
                raise Undecryptable("damaged, or of another context") from error
    raise Undecryptable("no configured key made this")


def uses_current_key(blob: bytes) -> bool:
    """Say whether `blob` was made with the first of settings.FIELD_KEYS."""
    return bytes(blob[:_HEADER_BYTES]) == _VERSION + _key_id(settings.FIELD_KEYS[0])


def keyed_hash(text: str, *, purpose: str) -> str:
    """Return 64 hex digits: HMAC-SHA256 of `text` under a key of settings.HASH_KEY and `purpose`.

    Hashes of two purposes never meet, so one table cannot be joined to another by guesswork.
    """
    purpose_key = hmac.digest(settings.HASH_KEY, purpose.encode(), "sha256")
    return hmac.new(purpose_key, text.encode(), hashlib.sha256).hexdigest()


def person_key(*, nik: str | None, full_name: str, birth_date: date) -> str:
    """Return the keyed hash under which one person is known: of the NIK, or of name and birth date.

    A NIK may be typed with separators. Raises `nik.Invalid` for a malformed one and ValueError
    for a name without a letter.
    """
    if nik:
        return keyed_hash(nik_format.clean(nik), purpose="person.nik")
    name = normalise_name(full_name)
    return keyed_hash(f"{name}|{birth_date.isoformat()}", purpose="person.name")


def normalise_name(full_name: str) -> str:
    """Return a name as it is compared: lower case, without titles, punctuation or extra spaces.

    "H. Nur'aini  Siti, S.Pd." -> "nuraini siti". Raises ValueError for a name without a letter.
    """
    text = unicodedata.normalize("NFKC", full_name).casefold()
    text = _APOSTROPHES.sub("", unicodedata.normalize("NFKC", text))
    before_comma, *after_comma = text.split(",")
    words = before_comma.split()
    while words and _is_dotted_title(words[-1]):
        del words[-1]
    words += [word for part in after_comma for word in part.split() if not _is_title(word)]
    words = re.sub(r"[^\w]|_", " ", " ".join(words)).split()
    while len(words) > 1 and _TITLE_BEFORE.fullmatch(words[0]):
        del words[0]
    if not any(char.isalpha() for char in "".join(words)):
        raise ValueError("a name needs a letter")
    return " ".join(words)


def _is_title(word: str) -> bool:
    return _TITLE_AFTER.fullmatch(re.sub(r"\W", "", word)) is not None


def _is_dotted_title(word: str) -> bool:
    # Without a comma only a word with inner dots counts: "Siti S.Pd", but not "Siti MT".
    return re.fullmatch(r"\w+(\.\w+)+\.?", word) is not None and _is_title(word)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:_KEY_ID_BYTES]


def _split(blob: bytes) -> tuple[bytes, bytes, bytes]:
    if len(blob) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or blob[:1] != _VERSION:
        raise Undecryptable("not a blob of this module")
    body = blob[_HEADER_BYTES:]
    return blob[:_HEADER_BYTES], body[:_NONCE_BYTES], body[_NONCE_BYTES:]


class EncryptedTextField(_TextField):
    """Text that PostgreSQL sees only as an encrypted bytea; Python reads and writes str or None.

    It cannot be filtered, indexed or edited in a form, and dumpdata leaves it out: look it up by
    a column with its `keyed_hash`, and back up with pg_dump. Reading raises `Undecryptable`.
    """

    description = "Encrypted text"
    empty_strings_allowed = False

    def __init__(self, *args: Any, context: str, **kwargs: Any) -> None:
        if not context:
            raise ValueError("an encrypted field needs a context")
        if kwargs.keys() & {"unique", "primary_key", "db_index"}:
            raise ValueError("an encrypted field cannot be indexed; index its keyed hash")
        self.context = context
        super().__init__(*args, **{**kwargs, "editable": False, "serialize": False})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Describe the field for a migration."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"], kwargs["serialize"]
        return name, path, args, {**kwargs, "context": self.context}

    def get_internal_type(self) -> str:
        """Store as Django's BinaryField does: bytea on PostgreSQL."""
        return "BinaryField"

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> bytes | None:
        """Encrypt, with a nonce of its own for every write."""
        return None if value is None else encrypt(str(value), context=self.context)

    def from_db_value(self, value: bytes | None, *_: Any) -> str | None:
        """Decrypt what a query returned."""
        return None if value is None else decrypt(value, context=self.context)

    def get_lookup(self, lookup_name: str) -> Any:
        """Admit `isnull` alone: equal texts have unequal blobs, so a filter would find nothing."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else self._refuse()

    def get_transform(self, lookup_name: str) -> NoReturn:
        """Refuse every transform, as `get_lookup` does."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise FieldError(f"{self.name} is encrypted: filter on its keyed hash instead")
