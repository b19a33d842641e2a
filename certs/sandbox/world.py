"""The sandbox itself: one directory, one PKI, every service of the outside world."""

from __future__ import annotations

import hmac
import json
import secrets
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certs.sandbox.authority import der
from certs.sandbox.authorization import Authorizations
from certs.sandbox.crl import CrlPublisher
from certs.sandbox.description import PkiDescription
from certs.sandbox.enrolment import Enrolment
from certs.sandbox.errors import AddressMalformed, NotASandbox, SandboxDiffers, StateDamaged
from certs.sandbox.files import exclusive, private_folder, write_private
from certs.sandbox.hierarchy import Hierarchy
from certs.sandbox.identity_provider import STAFF_CLIENT, IdentityProvider
from certs.sandbox.issuance import IssuanceLog, Revocation, RevocationList
from certs.sandbox.keys import KeyFolder, private_pem, spki
from certs.sandbox.ocsp import OcspResponder
from certs.sandbox.persons import Persons
from certs.sandbox.remote_signing import RemoteSigning
from certs.sandbox.seal import IssuedSeal, issue_seal
from certs.sandbox.smtp import Mailbox
from certs.sandbox.tsa import TimestampAuthority
from certs.sandbox.tsa_faults import TsaFaults
from esign.foundation.clock import Clock, SystemClock, rfc3339

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

DEFAULT_BASE_URL = "http://localhost:8082"
DEFAULT_REDIRECT_URIS = ("http://localhost:8081/",)
MARKER = "sandbox.json"
"""The file by which a directory is known to be a sandbox; nothing without it is ever deleted."""


class Sandbox:
    """The outside world of a demo or a test. Make it with :meth:`create`.

    Attributes:
        identity_provider: Identifies persons without a browser (``issue``).
        enrolment: Issues signatories' certificates without HTTP.
        timestamps: Stamps without HTTP (``answer``); misbehaves on demand (``faults``).
        mailbox: Every mail that was sent.
        remote_signing: Signs hashes for others (CSC API); misbehaves on demand (``faults``).
    """

    def __init__(
        self,
        directory: Path,
        *,
        marker: dict[str, Any],
        clock: Clock,
        redirect_uris: Sequence[str],
        staff_redirect_uris: Sequence[str],
        forms_redirect_uris: Sequence[str],
        tsa_faults: TsaFaults,
    ) -> None:
        self.directory = directory
        self.clock = clock
        self.base_url: str = marker["base_url"]
        self.redirect_uris = tuple(redirect_uris)
        self.staff_redirect_uris = tuple(staff_redirect_uris)
        self.forms_redirect_uris = tuple(forms_redirect_uris)
        secret = bytes.fromhex(marker["pairwise_secret"])
        self.staff_client_secret = hmac.digest(secret, STAFF_CLIENT.encode(), "sha256").hex()
        self.description = description = PkiDescription.read()
        self.issuance = IssuanceLog(directory)
        self.revocations = RevocationList(directory)
        self.pki = pki = Hierarchy.open(
            directory,
            description,
            installation=marker["installation"],
            base_url=self.base_url,
            log=self.issuance,
            now=clock.now(),
        )
        self.revocation_lists = CrlPublisher(directory / "crl", self.revocations, clock)
        self.responders = {
            name: OcspResponder(
                authority,
                pki.end_entities[f"ocsp-{name}"],
                log=self.issuance,
                revocations=self.revocations,
                lifetime=description.ocsp_lifetime,
                clock=clock,
            )
            for name, authority in pki.authorities.items()
        }
        self.timestamps = TimestampAuthority(
            pki.end_entities["timestamps"],
            pki.end_entities["identity-provider"],
            policy=description.timestamp_policy,
            accuracy=description.timestamp_accuracy,
            clock=clock,
            faults=tsa_faults,
        )
        provider = description.provider
        self.identity_provider = IdentityProvider(
            pki.end_entities["identity-provider"],
            persons=Persons.read(),
            base_url=self.base_url,
            client_id=provider.client_id,
            assurance=provider.assurance,
            pairwise_secret=bytes.fromhex(marker["pairwise_secret"]),
            lifetime=provider.token_lifetime,
            clock=clock,
        )
        self.authorizations = Authorizations(
            login_lifetime=provider.login_lifetime, code_lifetime=provider.code_lifetime, clock=clock
        )
        self.enrolment = Enrolment(
            pki.authorities[description.signatory.issuer],
            description.signatory,
            country=description.country,
            provider=self.identity_provider,
            clock=clock,
        )
        self.mailbox = Mailbox(directory / "mailbox", clock)
        persons = KeyFolder(directory / "dispute")
        self._dispute_keys = (persons.key("first-person"), persons.key("second-person"))
        self._seals = pki.authorities[description.seal.issuer]
        self.remote_signing = RemoteSigning(
            directory / "remote-signing",
            authority=self._seals,
            country=description.country,
            policies=description.seal.policies,
            secret=secret,
            clock=clock,
        )
        self._app: WSGIApplication | None = None

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        base_url: str = DEFAULT_BASE_URL,
        clock: Clock | None = None,
        redirect_uris: Sequence[str] = DEFAULT_REDIRECT_URIS,
        staff_redirect_uris: Sequence[str] = (),
        forms_redirect_uris: Sequence[str] = (),
        tsa_faults: TsaFaults | None = None,
    ) -> Sandbox:
        """Open the sandbox in a directory; whatever is missing is made.

        Args:
            directory: The sandbox's own directory; it gets mode 0700.
            base_url: Where the WSGI application will be reached; stands in every certificate.
            clock: Where time comes from; None for the machine's clock.
            redirect_uris: The agent's exact redirect URIs at the identity provider; their origins may ask for tokens.
            staff_redirect_uris: Redirect URIs of the client for the company's staff, which has a secret.
            forms_redirect_uris: Redirect URIs of the client that recognises who fills a form in; no certificate is
                issued over its tokens.
            tsa_faults: How the timestamp authority misbehaves (tests only).

        Raises:
            NotASandbox: The directory holds something else.
            AddressMalformed: ``base_url`` is no origin; nothing was written.
            SandboxDiffers: It holds a sandbox that was made for another ``base_url``.
            StateDamaged: A file of it cannot be read.
        """
        base_url = base_url.rstrip("/")
        address = urlsplit(base_url)
        if address.scheme not in ("http", "https") or not address.hostname or address.path or address.query:
            raise AddressMalformed
        path = directory / MARKER
        # Content first, marker second: whoever makes the sandbox at this moment writes the marker before anything else.
        if directory.exists() and _occupied(directory) and not path.exists():
            raise NotASandbox
        private_folder(directory)
        clock = clock or SystemClock()
        with exclusive(directory / ".lock"):
            if not path.exists():
                write_private(path, _new_marker(base_url, clock.now()))
            marker = _read_marker(path)
            if marker["base_url"] != base_url:
                raise SandboxDiffers(made_for=marker["base_url"], asked_for=base_url)
            return cls(
                directory,
                marker=marker,
                clock=clock,
                redirect_uris=redirect_uris,
                staff_redirect_uris=staff_redirect_uris,
                forms_redirect_uris=forms_redirect_uris,
                tsa_faults=tsa_faults or TsaFaults(),
            )

    def wsgi(self) -> WSGIApplication:
        """Return the WSGI application with every service of the sandbox."""
        if self._app is None:
            from certs.sandbox.app import make_app

            self._app = make_app(self)
        return self._app

    @property
    def tsa_url(self) -> str:
        """Where timestamps are to be had."""
        return f"{self.base_url}/tsa"

    @property
    def ca_url(self) -> str:
        """EST base URL of the signatories' authority, up to and with its label (RFC 7030 section 3.2.2)."""
        return f"{self.base_url}/.well-known/est/signatories"

    @property
    def csc_url(self) -> str:
        """Base address of the remote signing service, version 2."""
        return f"{self.base_url}/csc/v2"

    @property
    def trust_anchors(self) -> tuple[bytes, ...]:
        """The root certificate (DER), alone."""
        return (der(self.pki.root.certificate),)

    def write_trust(self, directory: Path) -> Path:
        """Write ``sandbox-root.pem`` into a directory; returns its path."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / "sandbox-root.pem"
        path.write_bytes(self.pki.root.certificate.public_bytes(Encoding.PEM))
        return path

    def seal_pkcs12(self, path: Path, pin_path: Path, *, company: str | None = None) -> IssuedSeal:
        """Issue the company's seal: a PKCS #12 file with key, certificate and chain, and a file with its random PIN.

        Files that are there and still good are left as they are. Both are of mode 0600.
        """
        return issue_seal(
            path,
            pin_path,
            authority=self._seals,
            description=self.description.seal,
            country=self.description.country,
            company=company,
            backdate=self.description.backdate,
            now=self.clock.now(),
        )

    @property
    def dispute_public_keys(self) -> tuple[bytes, ...]:
        """The public parts of two persons' dispute keys: DER SubjectPublicKeyInfo."""
        return tuple(spki(key.public_key()) for key in self._dispute_keys)

    @property
    def dispute_private_keys_pem(self) -> tuple[bytes, ...]:
        """The private parts: PKCS #8 PEM. In earnest each lies with a person of its own, and none near the server."""
        return tuple(private_pem(key) for key in self._dispute_keys)

    def write_dispute_keys(self, folder: Path) -> tuple[Path, ...]:
        """Write the public dispute keys into a folder and return the files, as an installation names them."""
        files = tuple(folder / f"dispute-public-{number}.der" for number in (1, 2))
        for file, key in zip(files, self.dispute_public_keys, strict=True):
            file.write_bytes(key)
        return files

    def revoke(self, serial: int, reason: x509.ReasonFlags = x509.ReasonFlags.unspecified) -> None:
        """Revoke a certificate; CRL and OCSP say so at once.

        Raises:
            NotIssued: No authority of this sandbox issued it.
        """
        authority = self.issuance.authority_of(serial)
        self.revocations.add(Revocation(authority=authority, serial=serial, at=self.clock.now(), reason=reason))


def recreate(
    directory: Path,
    *,
    base_url: str = DEFAULT_BASE_URL,
    clock: Clock | None = None,
    redirect_uris: Sequence[str] = DEFAULT_REDIRECT_URIS,
    tsa_faults: TsaFaults | None = None,
) -> Sandbox:
    """Delete the sandbox in a directory, mails included, and make a new one with new keys.

    Raises:
        NotASandbox: The directory holds something else; nothing was deleted.
    """
    if directory.exists() and _occupied(directory):
        if not (directory / MARKER).is_file():
            raise NotASandbox
        shutil.rmtree(directory)
    return Sandbox.create(directory, base_url=base_url, clock=clock, redirect_uris=redirect_uris, tsa_faults=tsa_faults)


def _occupied(directory: Path) -> bool:
    """Tell whether a directory holds anything but traces of a sandbox that is being made this moment."""
    return any(item.name != ".lock" and not item.name.startswith(f".{MARKER}.") for item in directory.iterdir())


def _new_marker(base_url: str, now: datetime) -> bytes:
    marker = {
        "sandbox": "This directory holds a SANDBOX. It proves nothing to anybody and may be deleted.",
        "version": 1,
        "installation": secrets.token_hex(4),
        "base_url": base_url,
        "created_at": rfc3339(now),
        "pairwise_secret": secrets.token_hex(32),
    }
    return json.dumps(marker, indent=1).encode()


def _read_marker(path: Path) -> dict[str, Any]:
    try:
        marker = json.loads(path.read_bytes())
        bytes.fromhex(marker["pairwise_secret"])
        if not isinstance(marker["base_url"], str) or marker["version"] != 1 or len(marker["installation"]) != 8:
            raise ValueError("unknown marker")
    except (ValueError, KeyError, TypeError) as error:
        raise StateDamaged("the sandbox's marker cannot be read", file=MARKER) from error
    return dict(marker)
