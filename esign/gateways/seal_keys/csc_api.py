"""The calls of a remote signing service, in both versions of its interface. No secret enters an error or a log.

Source: Cloud Signature Consortium, API for Remote Signature Service Providers 2.0.0.2, 1.0.4.0; RFC 6749 section 4.4.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

from esign.gateways.errors import GatewayError, GatewayStatus
from esign.gateways.http import TRY_LATER, HttpCaller
from esign.gateways.seal_keys.csc_service import CscService
from esign.gateways.seal_keys.small_files import read_secret
from esign.sealing.errors import SealKeyError
from esign.sealing.key_errors import SealKeyMissing, SealKeyPinRefused, SealKeyRefused, SealKeyUnavailable

SHA256 = "2.16.840.1.101.3.4.2.1"
_JSON = "application/json"
_PIN_REFUSALS = frozenset({"invalid_pin", "pin_locked", "invalid_otp"})
_EARLY = 30.0
"""Seconds before its end at which a token is exchanged."""
_ANSWER_LIMIT = 8_000_000
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
"""Source: RFC 6750 section 2.1."""
_LONGEST = 86_400.0
"""Seconds after which a token is exchanged, whatever the server says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a service says about a credential."""

    id: str
    certificates: tuple[bytes, ...]
    """DER, the credential's own first."""
    certificate_status: str
    key_status: str
    algorithms: frozenset[str]
    most: int
    """Signatures that one authorisation allows."""
    mode: str
    """``implicit``, ``explicit`` or ``oauth2code``."""
    pin: bool
    """Whether an authorisation needs the PIN."""
    more_than_pin: bool
    """Whether it needs something that only a person can give: a one-time password."""


class CscApi:
    """Speaks to one service: gets tokens, renews them, and asks.

    Args:
        service: Address, client and version.
        caller: Makes the calls, with deadline and limit.
        monotonic: A clock that only goes forward, in seconds.
    """

    def __init__(
        self, service: CscService, caller: HttpCaller, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._caller = caller
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._token_ends = 0.0
        self._token_url = service.token_url

    def credential_ids(self) -> tuple[str, ...]:
        """Return the identifiers of the client's credentials."""
        answer = self._ask("credentials/list", {} if self._service.api == "v1" else {"credentialInfo": False})
        found = answer.get("credentialIDs")
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise _unreadable()
        return tuple(found)

    def credential(self, identifier: str) -> Credential:
        """Return what the service says about a credential.

        Raises:
            SealKeyMissing: It does not know it, or has no certificate of it.
        """
        asked = {"credentialID": identifier, "certificates": "chain", "certInfo": True, "authInfo": True}
        answer = self._ask("credentials/info", asked)
        key, certificate = _part(answer, "key"), _part(answer, "cert")
        auth = _part(answer, "auth") if self._service.api == "v2" else {"mode": answer.get("authMode")}
        pin, otp = self._factors(answer, auth)
        encoded = certificate.get("certificates")
        if not isinstance(encoded, list) or not encoded:
            raise SealKeyMissing("the service has no certificate of the credential")
        most = answer.get("multisign", 1)
        algorithms = key.get("algo")
        return Credential(
            id=identifier,
            certificates=tuple(_bytes(item) for item in encoded),
            certificate_status=str(certificate.get("status", "valid")),
            key_status=str(key.get("status", "enabled")),
            algorithms=frozenset(item for item in algorithms if isinstance(item, str))
            if isinstance(algorithms, list)
            else frozenset(),
            most=max(1, most) if isinstance(most, int) else 1,
            mode=str(auth.get("mode", "implicit")),
            pin=pin,
            more_than_pin=otp,
        )

    def _factors(self, answer: Mapping[str, Any], auth: Mapping[str, Any]) -> tuple[bool, bool]:
        if self._service.api == "v1":
            pin, otp = answer.get("PIN"), answer.get("OTP")
            return (
                isinstance(pin, dict) and pin.get("presence") == "true",
                isinstance(otp, dict) and otp.get("presence") == "true",
            )
        objects = auth.get("objects", [])
        if not isinstance(objects, list) or not all(isinstance(item, dict) for item in objects):
            raise _unreadable()
        ids = {item.get("id") for item in objects if item.get("type") == "Password" and item.get("id") == "PIN"}
        return "PIN" in ids, len(objects) > len(ids)

    def authorize(self, credential: Credential, hashes: Sequence[bytes], pin: str | None) -> str:
        """Return the activation data (SAD) for signatures over exactly these hashes."""
        encoded = [_text(item) for item in hashes]
        body: dict[str, Any] = {"credentialID": credential.id, "numSignatures": len(encoded)}
        if self._service.api == "v1":
            body |= {"hash": encoded} | ({} if pin is None else {"PIN": pin})
        else:
            body |= {"hashes": encoded, "hashAlgorithmOID": SHA256}
            body |= {} if pin is None else {"authData": [{"id": "PIN", "value": pin}]}
        sad = self._ask("credentials/authorize", body, repeatable=False).get("SAD")
        if not isinstance(sad, str) or not sad:
            raise _unreadable()
        return sad

    def sign(self, credential: Credential, sad: str, hashes: Sequence[bytes], algorithm: str) -> tuple[bytes, ...]:
        """Return one signature value for each hash, in their order; nothing about them is checked yet."""
        encoded = [_text(item) for item in hashes]
        body: dict[str, Any] = {"credentialID": credential.id, "SAD": sad, "signAlgo": algorithm}
        if self._service.api == "v1":
            body |= {"hash": encoded, "hashAlgo": SHA256}
        else:
            body |= {"hashes": encoded, "hashAlgorithmOID": SHA256, "operationMode": "S"}
        found = self._ask("signatures/signHash", body, repeatable=False).get("signatures")
        if not isinstance(found, list) or len(found) != len(encoded):
            raise SealKeyRefused("the service did not return one signature for each hash")
        return tuple(_bytes(item) for item in found)

    def _ask(self, method: str, body: Mapping[str, Any], *, repeatable: bool = True) -> dict[str, Any]:
        url = f"{self._service.url}/{method}"
        for again in (False, True):
            headers = {"Authorization": f"Bearer {self._bearer()}"}
            try:
                answer = self._caller.post(
                    url,
                    json.dumps(body).encode(),
                    content_type=_JSON,
                    accept=(_JSON,),
                    repeatable=repeatable,
                    limit=_ANSWER_LIMIT,
                    headers=headers,
                    refusal="error",
                )
            except GatewayError as error:
                if not again and error.facts.get("status") == 401:
                    self._forget_token(headers)
                    continue
                raise _failure(error) from error
            return _object(answer.body)
        raise SealKeyRefused("the service does not accept its own token")  # pragma: no cover - the loop returns

    def _bearer(self) -> str:
        with self._lock:
            if not self._token or self._monotonic() >= self._token_ends:
                self._token, life = self._new_token()
                self._token_ends = self._monotonic() + max(life - _EARLY, life / 2)
            return self._token

    def _forget_token(self, headers: Mapping[str, str]) -> None:
        with self._lock:
            if headers["Authorization"] == f"Bearer {self._token}":  # otherwise another thread has a new one
                self._token = ""

    def _new_token(self) -> tuple[str, float]:
        service = self._service
        secret = read_secret(service.client_secret_file)
        form = {"grant_type": "client_credentials", "scope": "service"}
        headers = {}
        if service.client_authentication == "basic":
            pair = f"{quote_plus(service.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": service.client_id, "client_secret": secret}
        try:
            answer = self._caller.post(
                self._token_address(),
                urlencode(form).encode(),
                content_type="application/x-www-form-urlencoded",
                accept=(_JSON,),
                repeatable=True,
                headers=headers,
                refusal="error",
            )
        except GatewayError as error:
            raise _failure(error) from error
        told = _object(answer.body)
        token, life = told.get("access_token"), told.get("expires_in", 300)
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(life, int | float):
            raise _unreadable()
        return token, min(max(float(life), 0.0), _LONGEST)

    def _token_address(self) -> str:
        """Return where tokens are to be had; a secret is sent to no host that the operator did not name."""
        if not self._token_url:
            try:
                answer = self._caller.post(
                    f"{self._service.url}/info", b"{}", content_type=_JSON, accept=(_JSON,), repeatable=True
                )
            except GatewayError as error:
                raise _failure(error) from error
            base = _object(answer.body).get("oauth2")
            if not isinstance(base, str) or urlsplit(base)[:2] != urlsplit(self._service.url)[:2]:
                raise SealKeyRefused("the service's tokens are to be had at another host: set token_url")
            self._token_url = base.rstrip("/") + "/oauth2/token"
        return self._token_url


def _failure(error: GatewayError) -> SealKeyError:
    status = error.facts.get("status")
    word = error.facts.get("refusal")
    facts = {key: value for key, value in (("status", status), ("refusal", word)) if value is not None}
    if not isinstance(error, GatewayStatus):
        return SealKeyUnavailable("the service does not answer", gateway=error.code)
    if word in _PIN_REFUSALS:
        return SealKeyPinRefused("the service refuses the PIN; it is not tried again", **facts)
    if status in TRY_LATER or (isinstance(status, int) and status >= 500):
        return SealKeyUnavailable("the service cannot sign now", **facts)
    return SealKeyRefused("the service refuses", **facts)


def _unreadable() -> SealKeyError:
    return SealKeyRefused("the service's answer is not of its form")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = answer.get(name, {})
    if not isinstance(found, dict):
        raise _unreadable()
    return found


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _unreadable() from error
