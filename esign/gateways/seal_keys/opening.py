"""From a URI to a key that seals."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import httpx

from esign.foundation.clock import Clock, SystemClock
from esign.foundation.pkcs11_uri import Pkcs11Uri, Pkcs11UriError
from esign.gateways.http import HttpCaller, RetryRule
from esign.gateways.seal_keys.csc_api import CscApi
from esign.gateways.seal_keys.csc_key import RemoteSealKey
from esign.gateways.seal_keys.csc_service import CscService
from esign.gateways.seal_keys.csc_uri import DEFAULT, CscUri
from esign.gateways.seal_keys.file_key import FileSealKey
from esign.gateways.seal_keys.file_uri import FileUri
from esign.gateways.seal_keys.token_key import TokenSealKey
from esign.gateways.seal_keys.token_pin import PinSource
from esign.sealing.key_errors import SealKeyNotInPerson, SealKeyUriWrong

_RETRY = RetryRule(attempts=2)
OpenedKey = FileSealKey | TokenSealKey | RemoteSealKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a URI is read in.

    Args:
        clock: Tells whether the certificate is valid, now and at each use.
        base: Where relative paths count from; None: where the process runs.
        services: The file that describes remote services; None: ``csc.toml`` in ``base``.
        http: Makes the calls to remote services; None: an own client with the system's certificates.
        ask_pin: Answers a PIN where neither URI nor description names a file with it; None: nobody is asked.
        in_person: Whether the PIN must come from ``ask_pin``: no key in a file, no PIN in a file, no use without one.
    """

    clock: Clock = field(default_factory=SystemClock)
    base: Path | None = None
    services: Path | None = None
    http: httpx.Client | None = None
    ask_pin: PinSource | None = None
    in_person: bool = False


def open_seal_key(
    uri: str,
    *,
    clock: Clock | None = None,
    base: Path | None = None,
    services: Path | None = None,
    http: httpx.Client | None = None,
    ask_pin: PinSource | None = None,
    in_person: bool = False,
) -> OpenedKey:
    """Return the key that a URI names, ready to seal: opened, matched with its certificate, valid now.

    Args:
        uri: ``file:KEY.p12?pin-file=PATH``;
            ``pkcs11:token=…;object=…?module-path=…&pin-source=file:…`` (RFC 7512; ``chain-file=…`` for certificates
            that the token does not hold); ``csc:NAME`` (``?services=PATH`` for another file than ``services``).
        clock: Tells whether the certificate is valid, now and at each use; None: the machine's clock.
        base: Where relative paths count from; None: where the process runs.
        services: The file that describes remote services; None: ``csc.toml`` in ``base``.
        http: Makes the calls to remote services; None: an own client with the system's certificates.
        ask_pin: Answers a PIN where neither URI nor description names a file with it; None: a token asks for it
            itself, a remote credential that needs one is refused.
        in_person: Whether the PIN must come from ``ask_pin``, as for a qualified signature: a key in a file, a PIN in a
            file and a credential without PIN are refused.

    Raises:
        SealKeyError: One subclass for each reason why the key cannot be used (``sealing.key.*``).
    """
    found = Surroundings(
        clock=clock or SystemClock(), base=base, services=services, http=http, ask_pin=ask_pin, in_person=in_person
    )
    key = opened(uri, found)
    key.certified.require_valid(found.clock)
    return key


def opened(uri: str, around: Surroundings) -> OpenedKey:
    """Return the key that a URI names, whether its certificate is valid now or not.

    Raises:
        SealKeyError: It cannot be opened.
    """
    scheme = uri.partition(":")[0].lower()
    if scheme == "file":
        named = FileUri.parse(uri, base=around.base)
        if around.in_person:
            raise SealKeyNotInPerson("a key in a file is in nobody's sole control")
        return FileSealKey.load(named.path, named.pin_path, clock=around.clock, ask_pin=around.ask_pin)
    if scheme == "pkcs11":
        try:
            parsed = Pkcs11Uri.parse(uri)
        except Pkcs11UriError as error:
            raise SealKeyUriWrong(error.detail, **error.facts) from error
        if around.in_person and (parsed.pin_file is not None or around.ask_pin is None):
            raise SealKeyNotInPerson("the token's PIN must not lie in a file (pin-source)")
        return TokenSealKey(parsed, clock=around.clock, ask_pin=around.ask_pin)
    if scheme == "csc":
        meant = CscUri.parse(uri, base=around.base)
        file = meant.services or around.services or (around.base or Path()) / DEFAULT
        service = CscService.read(file, meant.name)
        if around.in_person and (service.pin_file is not None or around.ask_pin is None):
            raise SealKeyNotInPerson("the credential's PIN must not lie in a file (pin_file)")
        return _remote(service, around)
    raise SealKeyUriWrong


def _remote(service: CscService, around: Surroundings) -> RemoteSealKey:
    client = around.http or httpx.Client()
    end = client.close if around.http is None else lambda: None
    try:
        return RemoteSealKey(
            service,
            CscApi(service, HttpCaller(client, timeout=service.timeout, retry=_RETRY)),
            clock=around.clock,
            ask_pin=around.ask_pin,
            in_person=around.in_person,
            close=end,
        )
    except BaseException:
        end()
        raise
