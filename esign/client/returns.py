"""The way back of a customer: what is said in the address, and whether it is genuine."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from esign.client.errors import ClientError

TOLERANCE = 300
"""Seconds between leaving the installation and arriving."""

_LABEL = b"esign/1/return"
_NAMES = ("esign_contract", "esign_party", "esign_state", "esign_at")


class ReturnRefused(ClientError):
    """The address was not made by the installation, was changed, or is not of now."""

    code = "client.return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the installation says about a customer who comes back."""

    contract: str
    party: str
    state: str
    """``signed``, ``open``, ``declined``, ``cancelled``, ``expired``, ``failed`` or ``closed``."""


def verify(url: str, secret: str, *, now: float | None = None, tolerance: int = TOLERANCE) -> Returned:
    """Return what an address says.

    It is a hint for the page that is shown next; ask the interface before anything is shipped.

    Args:
        url: The address that was called, with its query.
        secret: Of the return address, as it was registered.
        now: Seconds since the epoch; None: the machine's clock.
        tolerance: Seconds by which the time may be off.

    Raises:
        ReturnRefused: Something is missing or stands twice, the time is off, or the signature is not of the secret.
    """
    query = parse_qs(urlsplit(url).query, keep_blank_values=True)
    said = {name: query.get(name, []) for name in (*_NAMES, "esign_signature")}
    if any(len(values) != 1 for values in said.values()):
        raise ReturnRefused("something is missing, or stands twice")
    values = {name: found[0] for name, found in said.items()}
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        at = int(values["esign_at"])
    except (binascii.Error, ValueError) as error:
        raise ReturnRefused("secret or time are none") from error
    signed = _LABEL + b"\n" + "\n".join(values[name] for name in _NAMES).encode()
    wanted = base64.urlsafe_b64encode(hmac.new(key, signed, hashlib.sha256).digest()).rstrip(b"=")
    if not hmac.compare_digest(wanted, values["esign_signature"].encode()):
        raise ReturnRefused("the signature is not of the secret")
    if abs((time.time() if now is None else now) - at) > tolerance:
        raise ReturnRefused("not of now", tolerance=tolerance)
    return Returned(contract=values["esign_contract"], party=values["esign_party"], state=values["esign_state"])
