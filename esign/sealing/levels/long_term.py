"""What proves a seal in the long run, appended at speed: the security store (B-LT), the document timestamp (B-LTA).

1. :meth:`LongTerm.check_key` before a document is sealed. 2. :meth:`LongTerm.store` behind the sealed document.
3. :meth:`LongTerm.begin_archive` behind that; its imprint is timestamped like that of a seal, many at a time.
4. :meth:`LongTerm.finish_archive`. 5. :func:`~esign.sealing.levels.level_check.check_raised` before it leaves.

What stands in the store is the same for all documents of a chain and an authority, and is put together once.

Source: ETSI EN 319 142-1 clauses 5.4.2, 5.4.3 and 6.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.foundation.clock import Clock
from esign.identity.ports import RevocationSource
from esign.proof.certificate_path import CertificatePathError, verify_path
from esign.proof.ports import TimestampSource
from esign.proof.timestamps import TimestampToken
from esign.sealing.levels.errors import LevelNotReached, RevocationUnknown, TimestampCertificateRefused
from esign.sealing.levels.lengthening import archive_tail, store_tail
from esign.sealing.levels.level_check import check_raised
from esign.sealing.levels.material import Chain, ChainMaterial, MaterialKeeper, SealStanding, asked
from esign.sealing.levels.revisions import StoreValues

if TYPE_CHECKING:
    from typing_extensions import Buffer

RESERVED = 8_192
"""Bytes kept free for the token of a document timestamp."""
_MOST = 64
"""Stores and paths that are remembered."""


@dataclass(frozen=True, slots=True)
class BegunArchive:
    """A document timestamp of which only the token is missing.

    Args:
        before: The bytes to append, up to the room for the token.
        after: The bytes behind it.
        reserved: Bytes of the longest token for which there is room.
        imprint: What the token must be made over (SHA-256).
    """

    before: bytes
    after: bytes
    reserved: int
    imprint: bytes


class LongTerm:
    """Raises sealed documents to B-LT and B-LTA; may be used by many threads.

    Args:
        certificate: Of the seal key, DER.
        chain: The certificates above it, DER, issuer first, root last.
        anchors: Trusted certificates (DER).
        revocation: Says who is revoked.
        clock: Tells the time.
        required: Whether a key may seal only if somebody says that it is not revoked. Levels below B-LT can do without:
            what is known to be revoked does not seal, and what nobody can tell of does.
        reserved: Bytes kept free for the token of a document timestamp.
    """

    def __init__(
        self,
        certificate: bytes,
        chain: Sequence[bytes],
        *,
        anchors: Sequence[bytes],
        revocation: RevocationSource,
        clock: Clock,
        required: bool = True,
        reserved: int = RESERVED,
    ) -> None:
        self._material = MaterialKeeper(revocation, clock=clock)
        self._standing = SealStanding(certificate, chain, clock=clock, material=self._material)
        self._anchors = tuple(anchors)
        self._required = required
        self._reserved = reserved
        self._paths: dict[tuple[bytes, tuple[bytes, ...]], tuple[TimestampToken, Chain]] = {}
        self._stores: dict[tuple[int, int], tuple[ChainMaterial, ChainMaterial, StoreValues]] = {}

    def check_key(self) -> None:
        """Check that the key may seal now: asked before each document, and next to nothing as a rule.

        Raises:
            SealKeyExpired: Its certificate, or one above, is valid no more.
            SealKeyNotYetValid: One is not valid yet.
            SealKeyRevoked: One is revoked.
            RevocationUnknown: Whether one is could not be learned, and it is required.
        """
        try:
            self._standing.check()
        except RevocationUnknown:
            if self._required:
                raise

    def lengthen(
        self, document: Buffer, tail: bytes, token: TimestampToken, *, stamps: TimestampSource | None = None
    ) -> bytes:
        """Raise one sealed document, check what was made, and return the whole tail: the seal's own and what was added.

        Args:
            document: The document as it was.
            tail: What the seal appended to it.
            token: The seal's timestamp.
            stamps: Makes the document timestamp, for B-LTA; None: B-LT.

        Raises:
            SealingError: One subclass for each reason.
        """
        longer = tail + self.store(document, tail, token)
        if stamps is not None:
            begun = self.begin_archive(document, longer)
            longer += self.finish_archive(begun, stamps.stamp(begun.imprint))
        check_raised(document, longer, archived=stamps is not None)
        return longer

    def store(self, document: Buffer, tail: bytes, token: TimestampToken) -> bytes:
        """Return the revision with which a sealed document has everything that its verification needs (B-LT).

        Args:
            document: The document as it was.
            tail: What the seal appended to it.
            token: The seal's timestamp.

        Raises:
            SealKeyError: The seal key is revoked or expired meanwhile.
            RevocationUnknown: Whether a certificate is revoked could not be learned.
            TimestampCertificateRefused: The timestamp authority is revoked, or leads to no anchor.
            LevelNotReached: The document cannot be extended.
        """
        return store_tail(document, tail, self._values(token), identity=token.digest)

    def begin_archive(self, document: Buffer, tail: bytes, *, hashed: hashlib._Hash | None = None) -> BegunArchive:
        """Return the revision of a document timestamp over everything (B-LTA), its token still missing.

        Args:
            document: The document as it was.
            tail: What the seal and :meth:`store` appended to it.
            hashed: SHA-256 that was fed the document, if somebody has it already; it is not changed.

        Raises:
            LevelNotReached: The document cannot be extended.
        """
        before, after = archive_tail(document, tail, reserved=self._reserved)
        digest = hashlib.sha256(document) if hashed is None else hashed.copy()
        for part in (tail, before, after):
            digest.update(part)
        return BegunArchive(before, after, self._reserved, digest.digest())

    def finish_archive(self, begun: BegunArchive, token: TimestampToken) -> bytes:
        """Return the whole revision.

        Raises:
            LevelNotReached: The token is over something else, or longer than the room that was kept for it.
        """
        if token.digest != begun.imprint:
            raise LevelNotReached("the token is over something else")
        if len(token.der) > begun.reserved:
            raise LevelNotReached("the token is longer than its room", bytes=len(token.der), reserved=begun.reserved)
        contents = token.der.hex().encode().ljust(2 * begun.reserved, b"0")
        return b"".join((begun.before, b"<", contents, b">", begun.after))

    def _values(self, token: TimestampToken) -> StoreValues:
        """Return what belongs into the store of a document with such a token: the same object as long as it is."""
        seal = self._standing.check()
        assert seal is not None  # noqa: S101 - it has a source, see __init__
        authority = asked(self._material, self._path(token), TimestampCertificateRefused)
        key = (id(seal), id(authority))
        known = self._stores.get(key)
        if known is not None:
            return known[2]
        values = StoreValues.of(
            certificates=(*seal.chain, *authority.chain),
            crls=(*seal.crls, *authority.crls),
            ocsp_responses=(*seal.ocsp_responses, *authority.ocsp_responses),
        )
        if len(self._stores) >= _MOST:
            self._stores.clear()
        self._stores[key] = seal, authority, values  # both are held, so that their identities stay theirs
        return values

    def _path(self, token: TimestampToken) -> Chain:
        key = (token.certificate, token.certificates)
        known = self._paths.get(key)
        if known is not None:
            return known[1]
        try:
            path = verify_path(
                token.certificate, intermediates=token.certificates, anchors=self._anchors, at=token.gen_time
            )
        except CertificatePathError as error:
            raise TimestampCertificateRefused("the certificate that signed leads to no trusted anchor") from error
        if len(self._paths) >= _MOST:
            self._paths.clear()
        self._paths[key] = token, path
        return path
