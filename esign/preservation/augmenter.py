"""Augmentation: from B-B to B-T, B-LT and B-LTA, and B-LTA once more before its last timestamp ends.

1. The file is judged as it is. What nobody can mend is refused before anybody is asked.
2. Revocation data are fetched for every chain that they are missing for, and for every signature that no timestamp
   proves to be older; the file is judged with them: only one of which every signature and timestamp is valid goes on. A
   signature that is proven to be older than the revocation of its certificate is valid.
3. B-T: a document timestamp, where a signature has no timestamp yet.
4. B-LT: a security store with certificates and revocation data for signatures and timestamps, the newest included.
5. B-LTA: a document timestamp over all that. A file that stood there already is renewed thus.
6. The result is judged again, by what stands in it. If anything is not as it must be, there is no result.

Nothing is ever put into a signature that stands there: its timestamp would have to go into room that may lie under
another signature, and the file before would not be the beginning of the file afterwards. A document timestamp proves
the same.

Source: ETSI EN 319 142-1 clauses 5.4, 5.5 and 6.3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from esign.foundation.clock import Clock
from esign.pades import add_document_security_store, embed, prepare_document_timestamp, range_digest
from esign.preservation.admission import refuse_hopeless, require_signatures, require_valid
from esign.preservation.augmented import Augmented, SignatureLevels
from esign.preservation.collected import Chain, Collected, all_chains, open_chains, unproven_chains
from esign.preservation.errors import LevelNotReachable, PreservationError, ResultRefused
from esign.preservation.grace import require_grace
from esign.preservation.imprint import imprint_hash
from esign.preservation.levels import BaselineLevel, standing_at
from esign.preservation.ports import RevocationHistory
from esign.proof.certificate_path import load_certificate, verify_path
from esign.proof.ports import TimestampSource
from esign.proof.timestamps import DEFAULT_TOLERANCE, TimestampTimeImplausible, verify_token
from esign.validation.certificates import TrustAnchors
from esign.validation.process import CryptographicSuites, Material, shipped_suites
from esign.validation.verdict import FileVerdict, verify

STAMP, STORE = "document_timestamp", "security_store"
"""Kinds of revisions."""
_ROOM, _MORE_ROOM = 8_192, 32_768
"""Bytes kept free for a token: at first, and where that was not enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmenter:
    """Brings signed files to a level, or refuses and leaves nothing behind.

    Args:
        timestamps: The timestamp authority.
        revocation: Says what is revoked.
        trust: Trust anchors, for signers and for timestamp authorities.
        clock: Tells the time of the verdicts.
        suites: Until when algorithms prove something, in the verdicts too.
        grace: How long after the time that is proven for a signature the revocation data about its signer must have
            been made, for B-LT and B-LTA: what an authority is told shortly before does not stand in them yet.
    """

    timestamps: TimestampSource
    revocation: RevocationHistory
    trust: TrustAnchors
    clock: Clock
    suites: CryptographicSuites = field(default_factory=shipped_suites)
    grace: timedelta = timedelta(0)

    def augment(self, data: bytes, level: BaselineLevel, *, material: Material | None = None) -> Augmented:
        """Return the file with every signature on a level; on one that is higher it stays there.

        Args:
            data: A signed PDF.
            level: B-T, B-LT or B-LTA. A file that is B-LTA already is renewed if B-LTA is asked for.
            material: Validation data beside the file; what it decides, nobody is asked about.

        Raises:
            PreservationError: The file cannot be augmented: one subclass for each reason.
            EsignError: A trust service did not answer as it must, or says that a certificate is revoked.
        """
        given = material or Material()
        collected = Collected(source=self.revocation, given=given)
        before = self._judged(data, Material())
        require_signatures(before)
        with_given = self._judged(data, given)
        refuse_hopeless(with_given)
        collected.about(chain for chain in unproven_chains(with_given) if not collected.given_about(chain))
        collected.about(open_chains(with_given))
        judged = self._judged(data, collected.everything)
        require_valid(judged)
        if level >= BaselineLevel.LT:
            require_grace(judged, collected.everything, grace=self.grace, at=self.clock.now())
        work = _Work(data=data, augmenter=self, collected=collected, hash=imprint_hash(self.suites, self.clock.now()))
        work.raise_to(level, judged, _lowest(before))
        after = self._accepted(work, before, level)
        return Augmented(
            data=work.data,
            level=level,
            added=tuple(work.added),
            imprint_hash=work.hash if STAMP in work.added else None,
            signatures=tuple(
                SignatureLevels(field=old.field, before=old.level, after=new.level)
                for old, new in zip(before.signatures, after.signatures, strict=True)
            ),
            renew_before=_renew_before(after),
            verdict=after,
        )

    def stamp(self, digest: bytes) -> tuple[bytes, Chain]:
        """Return a token over a digest, and its authority's path to an anchor; the source is not taken at its word.

        Raises:
            TimestampError: The token is over something else, is not trusted, or its time is far from ours.
        """
        token = self.timestamps.stamp(digest)
        anchors = self.trust.certificates
        checked = verify_token(token.der, digest, anchors=anchors)
        apart = checked.gen_time - self.clock.now()
        if abs(apart) > DEFAULT_TOLERANCE:
            raise TimestampTimeImplausible(difference_seconds=round(apart.total_seconds()))
        path = verify_path(
            checked.certificate, intermediates=checked.certificates, anchors=anchors, at=checked.gen_time
        )
        return token.der, path

    def _judged(self, data: bytes, material: Material) -> FileVerdict:
        return verify(data, trust=self.trust, material=material, at=self.clock.now(), suites=self.suites)

    def _accepted(self, work: _Work, before: FileVerdict, level: BaselineLevel) -> FileVerdict:
        """Return the verdict on the result, by what stands in it and, of the last timestamp alone, what was fetched.

        Raises:
            ResultRefused: It is not what it must be.
            LevelNotReachable: A signature does not stand on the level.
        """
        after = self._judged(work.data, work.beside(level))
        try:
            require_valid(after)
        except PreservationError as error:
            what = "what was made does not verify as it must; it was thrown away"
            raise ResultRefused(what, refusal=error.code, **error.facts) from error
        old, new = [part.field for part in before.parts], [part.field for part in after.parts]
        kept = len(new) == len(old) + work.added.count(STAMP) and set(old) <= set(new)
        same = [part.field for part in before.signatures] == [part.field for part in after.signatures]
        if not kept or not same or not work.data.startswith(work.original):
            raise ResultRefused("the signatures of the file are other ones than before")
        low = _lowest(after)
        if low < level:
            raise LevelNotReachable("a signature does not reach the level", level=low.label, wanted=level.label)
        return after


@dataclass(slots=True, kw_only=True)
class _Work:
    """A file on its way up.

    Args:
        data: The file so far.
        augmenter: Whose services are used.
        collected: Validation data so far.
        hash: For new timestamps.
        original: The file as it was.
        added: Kinds of the revisions added so far.
        last: The path of the authority of the last timestamp, if one was made.
    """

    data: bytes
    augmenter: Augmenter
    collected: Collected
    hash: str
    original: bytes = field(init=False)
    added: list[str] = field(default_factory=list)
    last: Chain = ()

    def __post_init__(self) -> None:
        self.original = self.data

    def raise_to(self, level: BaselineLevel, judged: FileVerdict, stands: BaselineLevel) -> None:
        """Add what is missing.

        Args:
            level: Where to.
            judged: The verdict with everything that was collected.
            stands: Where the lowest signature stands.
        """
        if level <= stands and level is not BaselineLevel.LTA:
            return
        if stands is BaselineLevel.B:
            self._stamp()
        if level >= BaselineLevel.LT:
            self._store(judged)
        if level is BaselineLevel.LTA:
            self._stamp()

    def beside(self, level: BaselineLevel) -> Material:
        """Return the validation data that are not expected in the file.

        B-T asks for none in it. B-LT brings all of them, B-LTA all but those of the last timestamp.
        """
        if level is BaselineLevel.T or not self.added:
            return self.collected.everything
        return Material() if level is BaselineLevel.LT else self.collected.about((self.last,))

    def _stamp(self) -> None:
        prepared = prepare_document_timestamp(self.data, reserved=_ROOM)
        token, path = self._token(prepared.data, prepared.byte_range)
        if len(token) > _ROOM:
            prepared = prepare_document_timestamp(self.data, reserved=_MORE_ROOM)
            token, path = self._token(prepared.data, prepared.byte_range)
        self.data = embed(prepared, token)
        self.last = path
        self.added.append(STAMP)
        self.collected.about((path,), unrevoked=True)

    def _token(self, data: bytes, byte_range: tuple[int, int, int, int]) -> tuple[bytes, Chain]:
        return self.augmenter.stamp(range_digest(data, byte_range, algorithm=self.hash))

    def _store(self, judged: FileVerdict) -> None:
        newest = judged.timestamps[-1].result.chain if judged.timestamps and not self.added else ()
        if not self.collected.given_about(newest):
            self.collected.about((newest,))  # also where it passes: what is stored now is from after its time
        wanted = self.collected.wanted(all_chains(judged))
        stored = add_document_security_store(
            self.data,
            certificates=wanted.certificates,
            crls=wanted.crls,
            ocsp_responses=wanted.ocsp_responses,
        )
        if stored != self.data:
            self.data = stored
            self.added.append(STORE)


def _lowest(verdict: FileVerdict) -> BaselineLevel:
    return min(standing_at(signature) or BaselineLevel.B for signature in verdict.signatures)


def _renew_before(verdict: FileVerdict) -> datetime | None:
    if not verdict.timestamps:
        return None
    result = verdict.timestamps[-1].result
    ends = [load_certificate(der).not_valid_after_utc for der in result.chain[:-1]]
    return min((*ends, *((result.reliable_until,) if result.reliable_until else ())), default=None)
