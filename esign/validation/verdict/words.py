"""What the words of a verdict mean, for people, in German and English: for the command, the pages and the reports."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from esign.validation.changes import ChangeKind, HiddenKind
from esign.validation.findings import FindingKind
from esign.validation.process import Indication, SubIndication
from esign.validation.qualification import Qualification
from esign.validation.verdict.file_verdict import FileVerdict, Outcome, Status

LANGUAGES = ("de", "en")

_Words = Mapping[str, str]


def _both(de: str, en: str) -> _Words:
    return MappingProxyType({"de": de, "en": en})


STATUS: Mapping[Status, _Words] = MappingProxyType(
    {
        Status.VALID: _both("gültig und unverändert", "valid and unmodified"),
        Status.NOT_VALID: _both("NICHT GÜLTIG", "NOT VALID"),
        Status.UNREADABLE: _both("nicht lesbar", "cannot be read"),
        Status.INDETERMINATE: _both("offen: weder gültig noch ungültig", "open: neither valid nor invalid"),
    }
)
"""What a file's verdict comes to."""
MODIFIED = _both("NACH DER UNTERSCHRIFT VERÄNDERT", "MODIFIED AFTER IT WAS SIGNED")
NO_SIGNATURE = _both("KEINE UNTERSCHRIFT", "NO SIGNATURE")
EVIDENCE_RECORD = _both("Beweisdatensatz", "evidence record")
SANDBOX = _both(
    "SANDBOX: Vertrauensdienste sind nachgestellt; diese Datei beweist niemandem etwas, gültig oder nicht",
    "SANDBOX: trust services are simulated; this file proves nothing to anybody, valid or not",
)

INDICATION: Mapping[Indication, _Words] = MappingProxyType(
    {
        Indication.TOTAL_PASSED: _both("gültig", "valid"),
        Indication.TOTAL_FAILED: _both("ungültig", "invalid"),
        Indication.INDETERMINATE: _both("offen", "open"),
    }
)

SUB_INDICATION: Mapping[SubIndication, _Words] = MappingProxyType(
    {
        SubIndication.FORMAT_FAILURE: _both("das Format stimmt nicht", "its format is wrong"),
        SubIndication.HASH_FAILURE: _both("Unterschriebenes wurde verändert", "what was signed was changed"),
        SubIndication.SIG_CRYPTO_FAILURE: _both("der Signaturwert passt nicht", "the signature value does not verify"),
        SubIndication.REVOKED: _both("widerrufen", "revoked"),
        SubIndication.EXPIRED: _both("abgelaufen", "expired"),
        SubIndication.NOT_YET_VALID: _both("noch nicht gültig", "not valid yet"),
        SubIndication.SIG_CONSTRAINTS_FAILURE: _both("sie hält eine Regel nicht ein", "it does not keep to a rule"),
        SubIndication.CHAIN_CONSTRAINTS_FAILURE: _both(
            "das Zertifikat taugt nicht dafür", "the certificate is not fit for it"
        ),
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: _both(
            "die Zertifikatskette hält nicht", "the chain of certificates does not hold"
        ),
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE: _both(
            "ein Verfahren, das nichts beweist", "an algorithm that proves nothing"
        ),
        SubIndication.POLICY_PROCESSING_ERROR: _both("eine Prüfung brach ab", "a check broke off"),
        SubIndication.SIGNATURE_POLICY_NOT_AVAILABLE: _both(
            "die Signaturrichtlinie fehlt", "the signature policy is missing"
        ),
        SubIndication.TIMESTAMP_ORDER_FAILURE: _both(
            "die Zeitstempel stehen in falscher Folge", "the timestamps are out of order"
        ),
        SubIndication.NO_SIGNING_CERTIFICATE_FOUND: _both(
            "das Zertifikat des Unterzeichners fehlt", "the signer's certificate is missing"
        ),
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND: _both(
            "kein Weg zu einem Vertrauensanker", "no way to a trust anchor"
        ),
        SubIndication.REVOKED_NO_POE: _both(
            "widerrufen, und nicht bewiesen, dass vorher unterschrieben wurde",
            "revoked, and not proven to have been signed before",
        ),
        SubIndication.REVOKED_CA_NO_POE: _both(
            "ein Aussteller wurde widerrufen, und nicht bewiesen, dass vorher unterschrieben wurde",
            "an issuer was revoked, and not proven to have been signed before",
        ),
        SubIndication.OUT_OF_BOUNDS_NOT_REVOKED: _both(
            "das Zertifikat ist abgelaufen, ohne widerrufen zu sein", "the certificate has expired without revocation"
        ),
        SubIndication.OUT_OF_BOUNDS_NO_POE: _both(
            "außerhalb der Gültigkeit, und nicht bewiesen, dass darin unterschrieben wurde",
            "outside its validity, and not proven to have been signed within",
        ),
        SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE: _both(
            "Sperrdaten außerhalb ihrer Gültigkeit", "revocation data outside their validity"
        ),
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: _both(
            "ein veraltetes Verfahren, und nicht bewiesen, dass vorher unterschrieben wurde",
            "an outdated algorithm, and not proven to have been signed before",
        ),
        SubIndication.NO_POE: _both("ein Nachweis der Zeit fehlt", "a proof of time is missing"),
        SubIndication.TRY_LATER: _both("Sperrdaten fehlen", "revocation data are missing"),
        SubIndication.SIGNED_DATA_NOT_FOUND: _both("das Unterschriebene fehlt", "what was signed is missing"),
    }
)

FINDING: Mapping[FindingKind, _Words] = MappingProxyType(
    {
        FindingKind.UNCOVERED_BYTES: _both("Bytes, die keine Unterschrift deckt", "bytes that no signature covers"),
        FindingKind.MODIFIED_AFTER_SIGNING: _both("nach der Unterschrift verändert", "changed after it was signed"),
        FindingKind.DIGEST_MISMATCH: _both("Unterschriebenes wurde verändert", "what was signed was changed"),
        FindingKind.SIGNATURE_VALUE_INVALID: _both("Signaturwert ungültig", "invalid signature value"),
        FindingKind.BYTE_RANGE_INVALID: _both(
            "der unterschriebene Bereich ist falsch angegeben", "the signed range is stated wrongly"
        ),
        FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT: _both(
            "Angaben der Unterschrift widersprechen sich", "what the signature says contradicts itself"
        ),
        FindingKind.ATTRIBUTES_DIFFER: _both("unterschriebene Angaben weichen ab", "signed attributes differ"),
        FindingKind.CERTIFICATE_DIFFERS: _both(
            "das Zertifikat ist nicht das der Unterschrift", "the certificate is not the signature's"
        ),
        FindingKind.LEVEL_CONTRADICTION: _both(
            "Zertifikat und Erklärung widersprechen sich", "certificate and statement contradict each other"
        ),
        FindingKind.UNTRUSTED: _both("kein Vertrauensanker", "no trust anchor"),
        FindingKind.KEY_USAGE: _both(
            "das Zertifikat erlaubt diese Nutzung nicht", "the certificate does not allow this use"
        ),
        FindingKind.REVOKED: _both("Zertifikat widerrufen", "certificate revoked"),
        FindingKind.REVOCATION_MISSING: _both("Sperrdaten fehlen", "revocation data missing"),
        FindingKind.EXPIRED: _both("Zertifikat abgelaufen", "certificate expired"),
        FindingKind.NOT_YET_VALID: _both("Zertifikat noch nicht gültig", "certificate not valid yet"),
        FindingKind.WEAK_CRYPTO: _both("schwaches Verfahren", "weak algorithm"),
        FindingKind.TIMESTAMP_INVALID: _both("Zeitstempel ungültig oder offen", "timestamp invalid or open"),
        FindingKind.DOCMDP_VIOLATION: _both(
            "die Zertifizierung verbietet diese Änderung", "the certification forbids this change"
        ),
        FindingKind.FIELDMDP_VIOLATION: _both("ein gesperrtes Feld wurde geändert", "a locked field was changed"),
        FindingKind.PERMITTED_CHANGE_ANNOTATION: _both(
            "Anmerkung nach der Unterschrift (erlaubt, aber nicht unterschrieben)",
            "remark after the signature (permitted, but not signed)",
        ),
        FindingKind.ANNOTATION_OVERLAYS_CONTENT: _both(
            "Späteres liegt über Unterschriebenem", "something later lies over what was signed"
        ),
        FindingKind.FIELD_VALUE_APPEARANCE_MISMATCH: _both(
            "ein Feld zeigt anderes, als es enthält", "a field shows something else than it holds"
        ),
        FindingKind.ATTACHMENT_CHANGED: _both(
            "Anlage hinzugefügt, ausgetauscht oder entfernt", "attachment added, exchanged or removed"
        ),
        FindingKind.TRUSTED_LIST_STALE: _both("Vertrauensliste veraltet", "trusted list out of date"),
        FindingKind.RULES_NOT_AVAILABLE: _both("Regeln oder Listen nicht verfügbar", "rules or lists not available"),
        FindingKind.EVIDENCE_RECORD_INVALID: _both("Beweisdatensatz ungültig", "evidence record invalid"),
        FindingKind.LIMIT_EXCEEDED: _both("Grenze überschritten", "limit exceeded"),
        FindingKind.FORMAT_FAILURE: _both("Format fehlerhaft", "format broken"),
        FindingKind.NO_USABLE_SIGNATURE: _both("keine brauchbare Unterschrift", "no usable signature"),
    }
)

CHANGE: Mapping[ChangeKind, _Words] = MappingProxyType(
    {
        ChangeKind.SECURITY_STORE: _both("Prüfdaten ergänzt", "validation data added"),
        ChangeKind.DOCUMENT_TIMESTAMP: _both("Dokument-Zeitstempel ergänzt", "document timestamp added"),
        ChangeKind.SIGNATURE: _both("weitere Unterschrift", "further signature"),
        ChangeKind.SIGNATURE_FIELD: _both("leeres Unterschriftsfeld ergänzt", "empty signature field added"),
        ChangeKind.FORM_FILLING: _both("Formularfeld ausgefüllt", "form field filled in"),
        ChangeKind.ANNOTATION: _both("Anmerkung", "remark"),
        ChangeKind.METADATA: _both("Änderungsdatum fortgeschrieben", "date of change brought up to date"),
        ChangeKind.STRUCTURE: _both("Gliederung kennt das Unterschriftsfeld", "tags know the signature field"),
        ChangeKind.EXTENSION: _both("Formatversion ergänzt", "version of the format added"),
        ChangeKind.UNUSED: _both("etwas, das niemand anzeigt", "something that nobody shows"),
        ChangeKind.IDENTIFIER: _both("andere Kennung der Datei", "other identifier of the file"),
        ChangeKind.EMPTY_UPDATE: _both("Fortschreibung ohne Inhalt", "update without content"),
        ChangeKind.PADDING: _both("Leerzeichen angehängt", "white space appended"),
        ChangeKind.MODIFICATION: _both("Veränderung", "modification"),
    }
)

HIDDEN: Mapping[HiddenKind, _Words] = MappingProxyType(
    {
        HiddenKind.LAYER_OFF: _both("Ebenen, die ausgeschaltet sind: {count}", "layers that are off: {count}"),
        HiddenKind.ANNOTATION_HIDDEN: _both(
            "verborgene Anmerkungen oder Felder: {count}", "hidden remarks or fields: {count}"
        ),
        HiddenKind.UNREFERENCED: _both(
            "Objekte, auf die nichts verweist: {count}", "objects that nothing refers to: {count}"
        ),
        HiddenKind.UNACCOUNTED: _both("Bytes, die zu nichts gehören: {count}", "bytes that belong to nothing: {count}"),
        HiddenKind.NOT_SEARCHED: _both(
            "zu viele Objekte, um nach verborgenen zu suchen", "too many objects to search for hidden ones"
        ),
    }
)

LEGAL_LEVEL: Mapping[str, _Words] = MappingProxyType(
    {
        "simple": _both("einfach", "simple"),
        "advanced": _both("fortgeschritten", "advanced"),
        "qualified": _both("qualifiziert", "qualified"),
    }
)

HELD_BY: Mapping[str, _Words] = MappingProxyType(
    {
        "signatory-passkey": _both("der unterzeichnenden Person, mit Passkey", "the signatory, with a passkey"),
        "signatory": _both("der unterzeichnenden Person", "the signatory"),
        "signatory-company-device": _both(
            "der unterzeichnenden Person, auf einem Gerät des Unternehmens", "the signatory, on a device of the company"
        ),
        "company": _both("dem Unternehmen", "the company"),
    }
)

QUALIFICATION: Mapping[Qualification, _Words] = MappingProxyType(
    {
        Qualification.QUALIFIED_SIGNATURE: _both(
            "qualifizierte elektronische Signatur", "qualified electronic signature"
        ),
        Qualification.QUALIFIED_SEAL: _both("qualifiziertes elektronisches Siegel", "qualified electronic seal"),
        Qualification.ADVANCED_SIGNATURE_QC: _both(
            "fortgeschrittene elektronische Signatur mit qualifiziertem Zertifikat",
            "advanced electronic signature with a qualified certificate",
        ),
        Qualification.ADVANCED_SEAL_QC: _both(
            "fortgeschrittenes elektronisches Siegel mit qualifiziertem Zertifikat",
            "advanced electronic seal with a qualified certificate",
        ),
        Qualification.WEB: _both(
            "Zertifikat für Webseiten, das keine Dokumente unterschreibt",
            "certificate for websites, which signs no documents",
        ),
        Qualification.NOT_QUALIFIED: _both("höchstens fortgeschritten, nicht qualifiziert", "advanced at most"),
        Qualification.INDETERMINATE: _both("offen", "open"),
    }
)


def headline(verdict: FileVerdict) -> Mapping[str, str]:
    """Return what a file's verdict comes to, in one phrase."""
    if verdict.outcome is Outcome.NO_SIGNATURE:
        return NO_SIGNATURE
    failed = any(part.indication is Indication.TOTAL_FAILED for part in verdict.judged)
    return MODIFIED if verdict.status is Status.NOT_VALID and not failed else STATUS[verdict.status]
