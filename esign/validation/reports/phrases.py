"""What a report says beside the words of the verdict, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _both(de: str, en: str) -> Mapping[str, str]:
    return MappingProxyType({"de": de, "en": en})


LABELS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "about": _both("Was dieser Bericht ist", "What this report is"),
        "attachments": _both("Dateien in der Datei", "Files within the file"),
        "authority": _both("Zeitstempeldienst", "Timestamp authority"),
        "basis": _both("Worauf es beruht", "What it rests on"),
        "certificate": _both("Zertifikat", "Certificate"),
        "chain": _both("Zertifikatskette", "Chain of certificates"),
        "changes": _both("Was danach mit der Datei geschah", "What was done to the file afterwards"),
        "clause": _both("Regel", "Rule"),
        "findings": _both("Feststellungen", "Findings"),
        "issuer": _both("ausgestellt von", "issued by"),
        "judged": _both("Erlaubt?", "Permitted?"),
        "kind": _both("Art", "Kind"),
        "name": _both("Name", "Name"),
        "number": _both("Nr.", "No."),
        "of": _both("von", "of"),
        "of_file": _both("Zur ganzen Datei", "About the file as a whole"),
        "page": _both("Seite", "page"),
        "pictures": _both("Unterschriebene und vorliegende Fassung", "The signed and the present version"),
        "qualification_steps": _both("Qualifiziert oder nicht: Prüfschritte", "Qualified or not: the steps"),
        "relationship": _both("Beziehung", "Relationship"),
        "result": _both("Ergebnis", "Result"),
        "role": _both("Rolle", "Role"),
        "serial": _both("Nummer", "number"),
        "signed": _both("Unterschrieben?", "Signed?"),
        "step": _both("Prüfschritt", "Step"),
        "steps": _both("Prüfschritte", "The steps"),
        "time": _both("Zeit", "Time"),
        "timestamps": _both("Zeitstempel", "Timestamps"),
        "validity": _both("Gültig von/bis (UTC)", "Valid from/until (UTC)"),
        "what": _both("Was", "What"),
    }
)
"""Headings and heads of tables."""

SAYING: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "title": _both("Prüfbericht zu elektronischen Unterschriften", "Report on electronic signatures"),
        "sandbox_short": _both("SANDBOX – beweist niemandem etwas", "SANDBOX – proves nothing to anybody"),
        "sandbox_seal": _both(
            "SANDBOX: Das Siegel dieses Berichts ist nachgestellt; es beweist niemandem etwas",
            "SANDBOX: the seal of this report is simulated; it proves nothing to anybody",
        ),
        "not_qualified_short": _both(
            "Dieser Bericht stammt nicht von einem qualifizierten Validierungsdienst.",
            "This report does not come from a qualified validation service.",
        ),
        "file": _both("Datei", "File"),
        "fingerprint": _both("SHA-256 der Datei", "SHA-256 of the file"),
        "size": _both("Größe", "Size"),
        "checked_at": _both("Geprüft zum Zeitpunkt", "Checked as of"),
        "made_at": _both("Bericht erstellt", "Report made"),
        "made_by": _both("Geprüft mit", "Checked with"),
        "signature": _both("Unterschrift", "Signature"),
        "timestamp": _both("Dokument-Zeitstempel", "Document timestamp"),
        "signer": _both("Unterzeichnet von", "Signed by"),
        "claimed_signer": _both("Genannt wird", "Names as signatory"),
        "result": _both("Ergebnis", "Result"),
        "legal_level": _both("Rechtliches Niveau", "Legal level"),
        "no_level": _both(
            "nicht feststellbar: niemand Vertrauenswürdiges sagt es", "not known: nobody trustworthy says so"
        ),
        "qualification": _both("Nach Vertrauensliste", "By the trusted lists"),
        "not_asked": _both("nicht geprüft: keine Liste angegeben", "not asked: no list was given"),
        "level": _both("Technische Stufe", "Technical level"),
        "claimed": _both("Angegebene Zeit", "Claimed time"),
        "proven": _both("Bewiesen seit", "Proven since"),
        "not_proven": _both("kein Zeitpunkt vor dieser Prüfung ist bewiesen", "no time before this check is proven"),
        "trusted": _both("Vertrauen", "Trust"),
        "trusted_by": _both("ja, durch den Vertrauensanker „{anchor}“", "yes, by the trust anchor “{anchor}”"),
        "trusted_revoked": _both(
            "dem Vertrauensanker „{anchor}“ ja, aber ein Zertifikat auf dem Weg zu ihm wurde WIDERRUFEN",
            "the trust anchor “{anchor}” is, but a certificate on the way to it was REVOKED",
        ),
        "not_trusted": _both(
            "nein: kein Weg zu einem Aussteller, dem hier vertraut wird", "no: no way to an issuer that is trusted here"
        ),
        "trusted_broken": _both(
            "ohne Bedeutung, weil die Unterschrift nicht gilt", "without meaning, since the signature is not valid"
        ),
        "changed": _both("Verändert", "Changed"),
        "changed_itself": _both(
            "JA: Das Unterschriebene selbst ist nicht mehr das, was unterschrieben wurde",
            "YES: what stands there is not what was signed",
        ),
        "changed_after": _both(
            "JA: Nach der Unterschrift wurde Unerlaubtes getan ({count})",
            "YES: after the signature things were done that it does not permit ({count})",
        ),
        "remarked": _both(
            "Anmerkungen kamen hinzu: erlaubt, aber nicht unterschrieben", "remarks were added: permitted, not signed"
        ),
        "only_permitted": _both(
            "nein; hinzu kam nur Erlaubtes: {what}", "no; only what is permitted was added: {what}"
        ),
        "unchanged": _both("nein, kein Byte", "no, not a byte"),
        "held_by": _both("Schlüssel bei", "Key held by"),
        "identified_by": _both("Identifiziert durch", "Identified by"),
        "reason": _both("Begründung", "Reason"),
        "field": _both("Feld", "Field"),
        "algorithms": _both("Verfahren", "Algorithms"),
        "reliable_until": _both("Beweiswert der Verfahren bis", "Algorithms prove something until"),
        "policy": _both("Signaturrichtlinie", "Signature policy"),
        "revocation": _both("Sperrprüfung", "Revocation"),
        "not_revoked": _both(
            "nicht widerrufen ({count} Sperrdaten ausgewertet)", "not revoked ({count} revocation data used)"
        ),
        "revoked_at": _both("widerrufen am {at}", "revoked on {at}"),
        "revocation_missing": _both("Sperrdaten fehlen", "revocation data are missing"),
        "revocation_none": _both("keine Sperrdaten ausgewertet", "no revocation data used"),
        "authority": _both("Zeitstempeldienst", "Timestamp authority"),
        "yes": _both("ja", "yes"),
        "no": _both("NEIN", "NO"),
        "more": _both(
            "… und {count} weitere (vollständig in den Berichten als JSON und XML)",
            "… and {count} more (all in the JSON and XML reports)",
        ),
        "more_parts": _both("Weitere Unterschriften", "Further signatures"),
        "unnamed": _both("(ohne Namen)", "(unnamed)"),
        "unknown": _both("unbekannt", "unknown"),
        "signing_certificate": _both("Unterzeichner", "Signatory"),
        "intermediate": _both("Aussteller", "Issuer"),
        "anchor": _both("Vertrauensanker", "Trust anchor"),
        "steps_note": _both(
            "In den Prüfschritten sind Zertifikate mit dem Anfang ihres SHA-256-Fingerabdrucks bezeichnet.",
            "In the steps certificates are named by the beginning of their SHA-256 fingerprint.",
        ),
        "page_before": _both("Unterschrieben: Seite {page}", "Signed: page {page}"),
        "page_after": _both("Vorliegend: Seite {page}", "Present: page {page}"),
        "page_added": _both(
            "In der unterschriebenen Fassung gibt es diese Seite nicht", "The signed version has no such page"
        ),
        "page_removed": _both("In der vorliegenden Fassung fehlt diese Seite", "The present version lacks this page"),
        "pair": _both("Zu „{field}“: Seite {page}", "For “{field}”: page {page}"),
        "pictures_note": _both(
            "Links steht, was die Unterschrift deckt, rechts die Datei, wie sie vorliegt. Unterschiede sind "
            "gelb hinterlegt "
            "und rot umrahmt. Auch ein neues sichtbares Unterschriftsfeld ist ein Unterschied; ob etwas erlaubt "
            "ist, sagt "
            "der Abschnitt zur Unterschrift.",
            "On the left stands what the signature covers, on the right the file as it is. Differences are "
            "shaded yellow and "
            "framed in red. A new visible signature field is a difference as well; what is permitted, the "
            "section on the "
            "signature says.",
        ),
        "pictures_more": _both(
            "{count} Seiten unterscheiden sich; abgebildet sind die ersten {shown}.",
            "{count} pages differ; the first {shown} are shown.",
        ),
        "pictures_incomplete": _both(
            "Nicht alle Seiten konnten verglichen werden.", "Not all pages could be compared."
        ),
        "pictures_same": _both(
            "Die Abbildungen aller Seiten sind gleich: Was verändert wurde, sieht man ihnen nicht an.",
            "The pictures of all pages are the same: they do not show what was changed.",
        ),
        "pictures_failed": _both("Die Seiten konnten nicht abgebildet werden.", "The pages could not be pictured."),
    }
)
"""Labels of facts, and sentences."""

MEANING: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "valid": _both(
            "Alle Unterschriften gelten, und die Datei zeigt, was unterschrieben wurde: Danach kam nichts "
            "hinzu, was die "
            "Unterschriften nicht erlauben.",
            "All signatures are valid, and the file shows what was signed: nothing was added afterwards that "
            "the signatures "
            "do not permit.",
        ),
        "modified": _both(
            "Die Unterschriften gelten für eine frühere Fassung. Danach wurde die Datei in einer Weise "
            "verändert, die sie "
            "nicht decken: So, wie die Datei jetzt ist, wurde sie nicht unterschrieben.",
            "The signatures are valid for an earlier version. After that the file was changed in a way that "
            "they do not "
            "cover: as it is now, the file was not signed.",
        ),
        "modified_open": _both(
            "Nach der Unterschrift wurde die Datei in einer Weise verändert, die sie nicht deckt: So, wie die Datei "
            "jetzt ist, wurde sie nicht unterschrieben. Ob die Unterschrift für die frühere Fassung gilt, ist offen.",
            "After the signature the file was changed in a way that it does not cover: as it is now, the file "
            "was not signed. Whether the signature is valid for the earlier version is open.",
        ),
        "record_failed": _both(
            "Der Beweisdatensatz, der mit der Datei vorgelegt wurde, gehört nicht zu dieser Datei oder hält nicht. Er "
            "beweist nichts; die Datei ist entweder nicht die, zu der er gehört, oder sie wurde danach verändert.",
            "The evidence record that was handed in with the file is none of this file, or does not hold. It proves "
            "nothing: the file is not the one that it belongs to, or was changed afterwards.",
        ),
        "failed": _both(
            "Mindestens eine Unterschrift oder ein Zeitstempel ist ungültig. Auf diese Datei kann niemand "
            "bauen, solange das "
            "nicht geklärt ist.",
            "At least one signature or timestamp is invalid. Nobody can build on this file until that is cleared up.",
        ),
        "open": _both(
            "Es fehlt etwas, das entscheiden würde, ob die Unterschriften gelten, etwa ein Vertrauensanker oder "
            "Sperrdaten. "
            "Das Ergebnis ist weder ein Beweis für die Unterschrift noch dagegen.",
            "Something is missing that would decide whether the signatures are valid, such as a trust anchor or "
            "revocation "
            "data. This proves neither for the signature nor against it.",
        ),
        "open_revoked": _both(
            "Ein Zertifikat wurde widerrufen, und es ist nicht bewiesen, dass die Unterschrift davor entstand. "
            "Auf sie kann niemand bauen, solange das nicht bewiesen ist.",
            "A certificate was revoked, and it is not proven that the signature existed before. Nobody can build on it "
            "until that is proven.",
        ),
        "unreadable": _both(
            "Die Datei konnte nicht gelesen werden; über Unterschriften in ihr sagt dieser Bericht nichts.",
            "The file could not be read; this report says nothing about signatures in it.",
        ),
        "no_signature": _both(
            "In der Datei steht keine Unterschrift, die geprüft werden könnte.",
            "No signature stands in the file that could be checked.",
        ),
    }
)
"""What a verdict means, for somebody who has to decide on it."""

ABOUT: tuple[Mapping[str, str], ...] = (
    _both(
        "Dieser Bericht stammt nicht von einem qualifizierten Validierungsdienst (Art. 33 eIDAS). Er hält fest, "
        "was das "
        "Programm nach ETSI EN 319 102-1 geprüft hat; jeder Schritt steht mit seiner Regel auf den folgenden Seiten.",
        "This report does not come from a qualified validation service (eIDAS Art. 33). It records what the "
        "program checked "
        "by ETSI EN 319 102-1; each step stands with its rule on the following pages.",
    ),
    _both(
        "Geprüft wurde die Datei mit dem oben genannten Fingerabdruck und keine andere. Wem vertraut wird, hat "
        "bestimmt, wer "
        "die Prüfung veranlasst hat. Die angegebene Zeit behauptet der Unterzeichner; die bewiesene belegt ein "
        "Zeitstempel.",
        "The file with the fingerprint above was checked, and no other. Whoever had it checked determined who "
        "is trusted. The "
        "claimed time is what the signatory says; the proven one is shown by a timestamp.",
    ),
)
"""What a report is and is not."""
