"""What passkeys sign, made and checked by py_webauthn. Loaded by whoever uses it first."""

from __future__ import annotations

from collections.abc import Sequence

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.errors import Problem, ValidationFailed
from core.identity.passkeys import Made, Place

MILLISECONDS = 120_000
"""How long a browser lets somebody look for their key."""


def question_to_make(
    place: Place, challenge: bytes, handle: bytes, login: str, name: str, known: Sequence[bytes]
) -> str:
    """Return as JSON what a browser asks a key that is to be made; ``known`` keys make no second one."""
    return webauthn.options_to_json(
        webauthn.generate_registration_options(
            rp_id=place.name,
            rp_name="Payvand",
            user_name=login,
            user_display_name=name,
            user_id=handle,
            challenge=challenge,
            timeout=MILLISECONDS,
            exclude_credentials=_named(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
        )
    )


def read_made(place: Place, challenge: bytes, answer: str) -> Made:
    """Return the key that has answered, or refuse it."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.name,
            expected_origin=place.origin,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as wrong:
        raise _refused() from wrong
    return Made(
        credential=made.credential_id, public_key=made.credential_public_key, sign_count=made.sign_count
    )


def question_to_show(place: Place, challenge: bytes, known: Sequence[bytes]) -> str:
    """Return as JSON what a browser asks a key: one of ``known``, or where that is empty any that names its owner itself.

    Alone it stands for a password and more, so its owner has to be recognized by it: a finger, a face, a number.
    """
    need = UserVerificationRequirement.PREFERRED if known else UserVerificationRequirement.REQUIRED
    return webauthn.options_to_json(
        webauthn.generate_authentication_options(
            rp_id=place.name,
            challenge=challenge,
            timeout=MILLISECONDS,
            allow_credentials=_named(known),
            user_verification=need,
        )
    )


def credential_of(answer: str) -> bytes:
    """Return which key has answered, which is not believed before it is checked."""
    try:
        return webauthn.helpers.parse_authentication_credential_json(answer).raw_id
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as wrong:
        raise _refused() from wrong


def check_shown(place: Place, challenge: bytes, answer: str, kept: Made, *, alone: bool) -> int:
    """Return how often the key says to have signed, or refuse what it has signed."""
    try:
        shown = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=place.name,
            expected_origin=place.origin,
            credential_public_key=kept.public_key,
            credential_current_sign_count=kept.sign_count,
            require_user_verification=alone,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as wrong:
        raise _refused() from wrong
    return shown.new_sign_count


def _named(known: Sequence[bytes]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one) for one in known]


def _refused() -> ValidationFailed:
    return ValidationFailed(
        problems=[
            Problem(
                code="bad_passkey", message="This passkey was not accepted. Try again.", field="credential"
            )
        ]
    )
