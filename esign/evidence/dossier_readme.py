"""The leaflet in every dossier: what the file is, and how to check it with programs that are not ours."""

from __future__ import annotations

README = """\
DOSSIER / BEWEISDOSSIER (esign-dossier/1)

[de]
Diese Datei enthält alles zu einem Vertrag und lässt sich ohne Internet und ohne das ausstellende Unternehmen prüfen.
Form: ASiC-E (ETSI EN 319 162-1), ein ZIP-Archiv. Das unterschriebene Dokument ist document.pdf.

[en]
This file holds everything about one contract and can be verified without network and without the company that made it.
Form: ASiC-E (ETSI EN 319 162-1), a ZIP archive. The signed document is document.pdf.

Check without our software / Prüfung ohne unsere Software
  unzip FILE
  openssl cms -verify -cades -binary -inform DER -in META-INF/signature.p7s -content META-INF/ASiCManifest1.xml \\
      -CAfile ROOT.pem -purpose any -out /dev/null
  openssl ts -verify -token_in -in META-INF/timestamp.tst -data META-INF/ASiCManifest2.xml -CAfile ROOT.pem
  sha256sum of each part, base64 = DigestValue in the manifests
  document.pdf: any PAdES validator

What the parts are / Was die Teile sind
  statement.json          who held the key, who identified the person, what the trust is worth
  transcript.json         everything the signatory's device agreed to; its hash stands inside the signature of the PDF
  declaration.txt         the declaration of intent; summary.json: what stood above the button
  policy.yaml             the signature policy; agent-manifest.json: the program in the signatory's browser
  contract.json           the contract's data, attached to the PDF
  capsule.json            what was sealed to the signatory; disclosure.json (in a dispute only): opens it to anybody
  certificates/           the certificate that signed and those above it
  enrolment.json          certificate request, and the identity provider's word over exactly this key
  messages/               what the signatory's device sent, each signed by the device key, in order
  user-verification.json  the passkey's signature over the transcript
  ledger.json             what the company recorded at the time, with inclusion proofs in a timestamped Merkle tree
  commitments.json        opens the salted commitments in those records
  mails/                  mails exactly as sent
Hashes, labels, encodings: protocol specification esign/1.
"""
"""It belongs to version 1 of the dossier and never changes: it is written again when a dossier is read."""

SEVERAL = """\
Several signatories / Mehrere Unterzeichnende
  signatories/N/          the same parts for each signatory after the first
"""
"""Follows the leaflet where more than one person signed; belongs to version 1 likewise."""
