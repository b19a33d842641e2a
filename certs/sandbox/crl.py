"""Certificate revocation lists: numbered, and never older than a second when they are fetched."""

from __future__ import annotations

import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from certs.sandbox.authority import Authority
from certs.sandbox.errors import StateDamaged
from certs.sandbox.files import exclusive, private_folder, write_private
from certs.sandbox.issuance import Revocation, RevocationList
from esign.foundation.clock import Clock


class CrlPublisher:
    """Issues the revocation list of an authority when somebody asks and the last one is of another second.

    A list that was made after a signature is what validation of that signature wants, so it is not kept for later.
    Source: RFC 5280 section 5.
    """

    def __init__(self, folder: Path, revocations: RevocationList, clock: Clock) -> None:
        self._folder = private_folder(folder)
        self._revocations = revocations
        self._clock = clock
        self._lock = threading.Lock()

    def current(self, authority: Authority) -> bytes:
        """Return the authority's revocation list (DER)."""
        path = self._folder / f"{authority.name}.crl"
        revoked = self._revocations.of(authority.name)
        now = self._clock.now().replace(microsecond=0)
        with self._lock, exclusive(self._folder / ".lock"):
            last = _load(path)
            if last is not None and last.last_update_utc == now and _serials(last) == {item.serial for item in revoked}:
                return last.public_bytes(Encoding.DER)
            number = _number(last) + 1
            builder = (
                x509.CertificateRevocationListBuilder()
                .issuer_name(authority.certificate.subject)
                .last_update(now)
                .next_update(now + authority.crl_lifetime)
                .add_extension(x509.CRLNumber(number), False)
                .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), False)
            )
            for item in revoked:
                builder = builder.add_revoked_certificate(_entry(item))
            data = builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
            write_private(path, data)
            return data


def _load(path: Path) -> x509.CertificateRevocationList | None:
    try:
        return x509.load_der_x509_crl(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise StateDamaged("a revocation list cannot be read", file=path.name) from error


def _number(crl: x509.CertificateRevocationList | None) -> int:
    return 0 if crl is None else crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def _serials(crl: x509.CertificateRevocationList) -> set[int]:
    return {item.serial_number for item in crl}


def _entry(item: Revocation) -> x509.RevokedCertificate:
    builder = (
        x509.RevokedCertificateBuilder().serial_number(item.serial).revocation_date(item.at.replace(microsecond=0))
    )
    if item.reason is not x509.ReasonFlags.unspecified:
        builder = builder.add_extension(x509.CRLReason(item.reason), False)
    return builder.build()
