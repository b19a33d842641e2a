"""The statement of a dossier: who held the key, who identified the person, what the trust is worth, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from esign.ceremony import Transcript

# These words belong to version 1 of the dossier: they are written again when one is read, so they never change.

_HELD_BY: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "signatory-passkey": {
            "en": "The signature key was made on the signatory's device and lies there behind a passkey that verifies "
            "the user. The company never had it.",
            "de": "Der Signaturschlüssel wurde auf dem Gerät der unterzeichnenden Person erzeugt und liegt dort hinter "
            "einem Passkey, der die Person prüft. Das Unternehmen hatte ihn nie.",
        },
        "signatory": {
            "en": "The signature key was made on the signatory's device and lies there. The company never had it.",
            "de": "Der Signaturschlüssel wurde auf dem Gerät der unterzeichnenden Person erzeugt und liegt dort. Das "
            "Unternehmen hatte ihn nie.",
        },
        "signatory-company-device": {
            "en": "The signature key was made for this signature alone on a device of the company that was handed to "
            "the signatory, and was stored nowhere. No passkey verified the user. That nobody else used the key rests "
            "on the company's word about its device.",
            "de": "Der Signaturschlüssel wurde nur für diese Signatur auf einem Gerät des Unternehmens erzeugt, das "
            "der unterzeichnenden Person übergeben war, und nirgends gespeichert. Kein Passkey hat die Person geprüft. "
            "Dass niemand anderes den Schlüssel benutzt hat, beruht auf dem Wort des Unternehmens über sein Gerät.",
        },
        "company": {
            "en": "The declaration is sealed with the company's key. The signatory has no certificate.",
            "de": "Die Erklärung ist mit dem Schlüssel des Unternehmens besiegelt. Die unterzeichnende Person hat kein "
            "Zertifikat.",
        },
    }
)
_TRUST: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "sandbox": {
            "en": "SANDBOX: certificates, timestamps and identification come from a simulation. They prove nothing.",
            "de": "SANDBOX: Zertifikate, Zeitstempel und Identifizierung stammen aus einer Simulation. Sie beweisen "
            "nichts.",
        },
        "configured": {
            "en": "Certificates, timestamps and identification come from the services that the company configured.",
            "de": "Zertifikate, Zeitstempel und Identifizierung stammen von den Diensten, die das Unternehmen "
            "eingerichtet hat.",
        },
    }
)


def statement_of(transcript: Transcript) -> dict[str, Any]:
    """Return the statement about a signature as JSON: machine words of the signed statement, and what they mean."""
    said = transcript.statement
    return {
        "contract": transcript.contract,
        "transcript": transcript.tau.hex(),
        "signatory": transcript.signatory.name,
        "level": said.level,
        "held_by": said.held_by,
        "identified_by": said.identified_by,
        "trust": said.trust,
        "sandbox": said.trust == "sandbox",
        "explained": {lang: f"{_TRUST[said.trust][lang]} {_HELD_BY[said.held_by][lang]}" for lang in ("de", "en")},
    }
