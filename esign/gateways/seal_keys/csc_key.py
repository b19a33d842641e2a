"""A seal key at a remote signing service (CSC API): hashes of many threads go in one call."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from esign.foundation.clock import Clock, SystemClock
from esign.foundation.refused_pins import Trial, one_at_a_time
from esign.gateways.seal_keys.certified import Certified, CertifiedKey, parse_certificates
from esign.gateways.seal_keys.csc_api import Credential, CscApi
from esign.gateways.seal_keys.csc_service import CscService
from esign.gateways.seal_keys.gathering import AT_ONCE, Answer, Gathering
from esign.gateways.seal_keys.small_files import read_secret, read_small
from esign.gateways.seal_keys.token_pin import PinSource
from esign.sealing.errors import SealKeyError
from esign.sealing.key_errors import (
    SealKeyAmbiguous,
    SealKeyExpired,
    SealKeyKindWrong,
    SealKeyMissing,
    SealKeyNotInPerson,
    SealKeyPinRefused,
    SealKeyRefused,
    SealKeyRevoked,
    SealKeySignatureWrong,
    SealKeyUnavailable,
    SealKeyUnreadable,
)

ATTEMPTS = 2
PAUSE = 0.5
"""Seconds before the second attempt."""
_ELLIPTIC = ("1.2.840.10045.4.3.2", "1.2.840.10045.2.1")
"""ecdsa-with-SHA256; ecPublicKey, where the service takes the hash's algorithm for itself."""
_RSA = ("1.2.840.113549.1.1.11", "1.2.840.113549.1.1.1")
"""sha256WithRSAEncryption; rsaEncryption."""
_STATES: dict[str, type[SealKeyError]] = {
    "expired": SealKeyExpired,
    "revoked": SealKeyRevoked,
    "suspended": SealKeyRevoked,
}


class RemoteSealKey(CertifiedKey):
    """A seal key at a service. What threads ask for while a call is under way goes together in the next one.

    Args:
        service: Where, as whom, and which credential.
        api: Speaks to the service.
        clock: Tells whether the certificate is valid.
        ask_pin: Answers the credential's PIN where the service's description names no file.
        in_person: Whether a credential that signs without a PIN is refused.
        sleep: Waits before a second attempt.
        close: Called when the key is closed.

    Raises:
        SealKeyError: The service, the credential or its certificate cannot be used.
    """

    def __init__(
        self,
        service: CscService,
        api: CscApi,
        *,
        clock: Clock | None = None,
        ask_pin: PinSource | None = None,
        in_person: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._service = service
        self._api = api
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self.close = close
        """Ends connections; the key is not used afterwards."""
        self._dead: SealKeyError | None = None
        self._proven = False
        """Whether the service has taken the PIN."""
        self._credential = api.credential(service.credential or self._only())
        self._certified = self._checked(self._credential)
        self._algorithm = _algorithm(self._credential, self._certified)
        if in_person and not self._credential.pin:
            raise SealKeyNotInPerson("the credential signs without a PIN")
        self._pin = self._pin_source(ask_pin)
        self.gathering = Gathering(min(service.most, self._credential.most), self._signatures)
        """Brings the wishes of many threads together."""

    @property
    def threads(self) -> int:
        """How many threads make the best of it: as many hashes go in one call, and another call is under way."""
        return min(self.gathering.most * AT_ONCE, 128)

    def sign(self, data: bytes) -> bytes:
        """Let the service sign data with SHA-256; returns when the signature is there and was verified.

        Raises:
            SealKeyUnavailable: The service did not answer, twice.
            SealKeyPinRefused: It refuses the PIN, now or before.
            SealKeyRefused: It refuses to sign.
            SealKeySignatureWrong: What it returned is no signature by the certificate's key over the data.
            SealKeyExpired: The certificate has ended.
        """
        self.certified.require_valid(self._clock)
        return self.gathering.ask(data)

    def _signatures(self, wanted: Sequence[bytes]) -> list[Answer]:
        """Return for each of the data the verified signature, or why there is none."""
        made = self._signed([sha256(data).digest() for data in wanted])
        return [self._verified(value, data) for value, data in zip(made, wanted, strict=True)]

    def _signed(self, digests: Sequence[bytes]) -> tuple[bytes, ...]:
        """Return the signature values; a call that got no answer is made once more, with a new authorisation."""
        if self._dead is not None:
            raise self._dead
        for attempt in range(1, ATTEMPTS + 1):
            try:
                sad = self._authorized(digests)
                return self._api.sign(self._credential, sad, digests, self._algorithm)
            except SealKeyPinRefused as error:
                self._dead = error  # services lock a credential after a few wrong ones
                raise
            except SealKeyUnavailable:
                if attempt == ATTEMPTS:
                    raise
                self._sleep(PAUSE)
        raise SealKeyUnavailable  # pragma: no cover - the loop returns or raises

    def _authorized(self, digests: Sequence[bytes]) -> str:
        """Return the authorisation for these digests.

        Until the service has taken the PIN once, one at a time tries it, of all processes that read the same file; who
        comes later learns that it was refused.
        """
        file = self._service.pin_file
        with ExitStack() as stack:
            if self._credential.pin and not self._proven:
                try:
                    stack.enter_context(one_at_a_time(file))
                except TimeoutError as error:
                    raise SealKeyUnavailable("another process is trying the PIN and does not come back") from error
            pin = self._pin()
            named = repr((self._service.url, self._credential.id, "credential"))
            trial = Trial(file=file, token=named, pin=pin)
            if trial.refused_before():
                where = {} if file is None else {"remembered": file.name + ".refused"}
                raise SealKeyPinRefused("this PIN was refused before; it is not sent again", **where)
            try:
                sad = self._api.authorize(self._credential, digests, pin)
            except SealKeyPinRefused:
                trial.remember()
                raise
            self._proven = True
            return sad

    def _verified(self, value: bytes, data: bytes) -> Answer:
        refusal = SealKeySignatureWrong()
        for form in (value, self._as_der(value)):
            try:
                self.certified.require_signature(form, data)
            except SealKeySignatureWrong as error:
                refusal = error
            else:
                return form
        return refusal

    def _as_der(self, value: bytes) -> bytes:
        """Return r and s, which some services return side by side (IEEE P1363), as DER."""
        if not isinstance(self.certified.public, ec.EllipticCurvePublicKey) or len(value) % 2 or not value:
            return value
        half = len(value) // 2
        return encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))

    def _only(self) -> str:
        found = self._api.credential_ids()
        if not found:
            raise SealKeyMissing("the service lists no credential")
        if len(found) > 1:
            raise SealKeyAmbiguous("the service lists several credentials: name one", credentials=len(found))
        return found[0]

    def _checked(self, credential: Credential) -> Certified:
        if refusal := _STATES.get(credential.certificate_status):
            raise refusal("the service says so of the certificate")
        if credential.key_status != "enabled":
            raise SealKeyRefused("the service has disabled the key")
        try:
            leaf, *others = [x509.load_der_x509_certificate(item) for item in credential.certificates]
        except ValueError as error:
            raise SealKeyUnreadable("a certificate of the service cannot be read") from error
        if self._service.chain_file is not None:
            others += parse_certificates(read_small(self._service.chain_file))
        return Certified.read(leaf, others)

    def _pin_source(self, ask_pin: PinSource | None) -> PinSource:
        credential, path = self._credential, self._service.pin_file
        if credential.mode not in ("implicit", "explicit") or credential.more_than_pin:
            raise SealKeyRefused("the credential asks for a person each time: a browser, or a one-time password")
        if not credential.pin:
            return lambda: None
        if path is not None:
            return lambda: read_secret(path)
        if ask_pin is None:
            raise SealKeyPinRefused("the credential needs its PIN: set pin_file")
        pin = ask_pin()  # once, not at each call
        return lambda: pin


def _algorithm(credential: Credential, certified: Certified) -> str:
    wanted = _ELLIPTIC if isinstance(certified.public, ec.EllipticCurvePublicKey) else _RSA
    found = next((oid for oid in wanted if oid in credential.algorithms), None)
    if found is None:
        raise SealKeyKindWrong("the service does not sign with SHA-256 and this key")
    return found
