"""The proof that a browser has worked for a moment, as a field; made by static/js/proof.js, typed by nobody."""

import base64
import datetime
import json

import altcha
from django import forms
from django_altcha import AltchaField

from citizens.domain import limits


class ProofField(AltchaField):  # type: ignore[misc]  # the package has no types
    """Altcha's own check of the work; that it is used once is kept in PostgreSQL, where nothing is flushed."""

    def replay_attack_protection(self, payload: str) -> None:
        """Called with a payload whose signature, time and work are right. Raises ValidationError the second time."""
        solved = json.loads(base64.b64decode(payload))
        # Signed with the challenge, so that the same challenge always comes with the same moment.
        expires = int(altcha.extract_params(solved)["expires"][0])
        until = datetime.datetime.fromtimestamp(expires, tz=datetime.UTC)
        if not limits.is_first_use(name="proof", of=solved["challenge"], until=until):
            raise forms.ValidationError(self.error_messages["replay"], code="invalid")


class ProofForm(forms.Form):
    """What a form carries beside its own fields while the proof of work is switched on."""

    proof = ProofField()
