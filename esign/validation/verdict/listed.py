"""Trust from trusted lists: certificates in the file whose key and name are those of a listed service.

Source: ETSI TS 119 612 clause 5.5.3; ETSI TS 119 615 clause 4.3; ETSI EN 319 102-1 clause 5.2.6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from esign.validation.certificates import NoTrustAnchors, TrustAnchors
from esign.validation.process import Material
from esign.validation.process.attributes import SIGNATURE_TIMESTAMP
from esign.validation.process.cms import SignedMessage, read_signed_message
from esign.validation.process.errors import CmsUnreadable
from esign.validation.qualification import TrustedServices
from esign.validation.trusted_lists import KeyAndName

_MOST = 500
"""Certificates that are looked up."""


def listed_anchors(
    trust: TrustAnchors, lists: TrustedServices, store: Material, messages: Sequence[SignedMessage]
) -> TrustAnchors:
    """Return the trust anchors with those that the trusted lists add.

    The services of authorities and timestamp units that a list names are anchors; what their status makes of a
    signature is judged by qualification, not here. Only certificates at hand are looked up, so that thousands of listed
    services cost no more than three.

    Args:
        trust: The caller's anchors.
        lists: The services.
        store: The file's security store.
        messages: The CMS of its signatures and timestamps.
    """
    found = list(trust.certificates)
    for number, der in enumerate(dict.fromkeys(_at_hand(store, messages))):
        if number >= _MOST:
            break
        try:
            listed = lists.index.find(KeyAndName.of(der)).services
        except ValueError:
            continue
        if listed:
            found.append(der)
    return TrustAnchors(certificates=tuple(found)) if found else NoTrustAnchors()


def _at_hand(store: Material, messages: Sequence[SignedMessage]) -> Iterator[bytes]:
    for message in messages:
        yield from message.certificates
        for token in message.unsigned.get(SIGNATURE_TIMESTAMP, ())[:32]:
            try:
                yield from read_signed_message(token).certificates
            except CmsUnreadable:
                continue
    yield from store.certificates
