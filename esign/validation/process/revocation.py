"""What revocation data say about a certificate: lists and responses that may be used, and their answer.

1. A list or response must be about the certificate. 2. Its signer must be the issuer, or one that the issuer (or the
same trust anchor) authorised, and be valid when it signed, and not be revoked itself. 3. The signature must verify.
Whether the answer is fresh enough is asked for an instant: :func:`fresh`.

Source: RFC 5280 section 6.3.3; RFC 6960 section 4.2.2; ETSI EN 319 102-1 clauses 5.2.5, 5.2.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509

from esign.validation.process.algorithms import Check, verify_value
from esign.validation.process.certificate import OCSP_SIGNING, Certificate
from esign.validation.process.crl import ALL_REASONS, Crl, Entry, read_crl
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.names import Name
from esign.validation.process.ocsp import Answer, OcspResponse, read_ocsp
from esign.validation.process.path_rules import check_path, out_of_bounds
from esign.validation.process.pool import CertificatePool, Path
from esign.validation.process.revocation_scope import covered_reasons
from esign.validation.process.suites import Used, algorithms_of

HOLD = x509.ReasonFlags.certificate_hold
_DEEPEST = 3
"""Signers of revocation data whose own revocation is asked, one behind the other."""
MOST_SOURCES = 2000
MOST_CHECKS = 2000
"""Signatures of lists and responses that are checked in one run."""
MOST_QUESTIONS = 20_000
"""Signers that are looked for in one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What one source says about one certificate.

    Args:
        kind: ``crl`` or ``ocsp``.
        sources: SHA-256 of the lists (a complete one with its delta, or one for each reason) or of the response.
        this_update: When that was right.
        next_update: When there is something newer; None if it does not say.
        revoked_at: None if the certificate was not revoked.
        reason: Of the revocation.
        signer: Whose key signed it.
        path: Of the signer, down to the anchor.
        used: Algorithms that it rests on.
        expired_from: It answers for expired certificates if they expired from then on; None if it does not say.
    """

    kind: str
    sources: tuple[bytes, ...]
    this_update: datetime
    next_update: datetime | None
    revoked_at: datetime | None
    reason: x509.ReasonFlags
    signer: Certificate
    path: Path
    used: tuple[Used, ...]
    expired_from: datetime | None

    @property
    def on_hold(self) -> bool:
        """Whether the certificate was suspended, not revoked for good."""
        return self.revoked_at is not None and self.reason is HOLD

    def informs(self, certificate: Certificate) -> bool:
        """Tell whether its silence about a certificate means anything.

        It must not be older than the certificate, and a certificate that had expired must still be answered for.
        """
        if self.this_update < certificate.not_before:
            return False
        if self.this_update <= certificate.not_after:
            return True
        return self.expired_from is not None and self.expired_from <= certificate.not_after


def fresh(status: Status, at: datetime, maximum: timedelta | None = None) -> bool:
    """Tell whether a source is fresh enough for an instant.

    Args:
        status: What it says.
        at: The instant.
        maximum: Accepted age; by default the time between its two updates, and none where it names no next one.

    Source: ETSI EN 319 102-1 clause 5.2.5.4.
    """
    if maximum is None:
        maximum = status.next_update - status.this_update if status.next_update is not None else timedelta()
    return status.this_update >= at - maximum


class RevocationData:
    """All revocation data at hand.

    Args:
        pool: Certificates; those that come with responses are added.
        crls: DER.
        ocsp_responses: DER.
        higher_responders: Whether authorities above the issuer may designate responders for it.
    """

    def __init__(
        self,
        pool: CertificatePool,
        crls: Iterable[bytes],
        ocsp_responses: Iterable[bytes],
        *,
        higher_responders: bool = True,
    ) -> None:
        self._pool = pool
        self._higher_responders = higher_responders
        self._lists: dict[Name, list[Crl]] = {}
        self._indirect: list[Crl] = []
        self._deltas: list[Crl] = []
        self._answers: dict[int, list[tuple[OcspResponse, Answer]]] = {}
        self._sources = self._questions = 0
        self._signed: dict[tuple[bytes, bytes], bool] = {}
        self._known: dict[tuple[bytes, bytes], tuple[Status, ...]] = {}
        self.unusable = 0
        """How many could not be read."""
        for der in dict.fromkeys(crls):
            self._take_crl(der)
        for der in dict.fromkeys(ocsp_responses):
            self._take_response(der)

    def _take_crl(self, der: bytes) -> None:
        try:
            crl = read_crl(der)
        except CmsUnreadable:
            self.unusable += 1
            return
        self._sources += 1
        if crl.problem or self._sources > MOST_SOURCES:
            self.unusable += 1
        elif crl.base is not None:
            self._deltas.append(crl)
        elif crl.indirect:
            self._indirect.append(crl)
        else:
            self._lists.setdefault(crl.issuer_name, []).append(crl)

    def _take_response(self, der: bytes) -> None:
        try:
            response = read_ocsp(der)
        except CmsUnreadable:
            self.unusable += 1
            return
        self._sources += 1
        if response.problem or self._sources > MOST_SOURCES:
            self.unusable += 1
            return
        for answer in response.answers:
            if answer.known:
                self._answers.setdefault(answer.serial, []).append((response, answer))
        for certificate in response.certificates:
            self._pool.add(certificate)

    def about(self, path: Path, visiting: tuple[bytes, ...] = ()) -> tuple[Status, ...]:
        """Return what the data say about the first certificate of a path, the newest first.

        Args:
            path: The certificate, those above it, the anchor.
            visiting: Fingerprints of signers whose revocation is being asked already.
        """
        certificate, issuer = path[0], path[1]
        key = (certificate.fingerprint, issuer.public_key_info)
        if key in self._known and not visiting:
            return self._known[key]
        found = [*self._from_responses(path, visiting), *self._from_lists(path, visiting)]
        statuses = tuple(sorted(found, key=lambda status: status.this_update, reverse=True))
        if not visiting:
            self._known[key] = statuses
        return statuses

    # -- OCSP ---------------------------------------------------------------------------------------------------------

    def _from_responses(self, path: Path, visiting: tuple[bytes, ...]) -> Iterable[Status]:
        certificate, issuer = path[0], path[1]
        for response, answer in self._answers.get(certificate.serial, ()):
            if not answer.is_about(certificate, issuer):
                continue
            signer = self._responder(response, path, visiting)
            if signer is not None:
                yield Status(
                    kind="ocsp",
                    sources=(response.fingerprint,),
                    this_update=answer.this_update,
                    next_update=answer.next_update,
                    revoked_at=answer.revoked_at,
                    reason=answer.reason,
                    signer=signer[0],
                    path=signer,
                    used=algorithms_of(response.scheme, signer[0].key),
                    expired_from=answer.archive_cutoff,
                )

    def _responder(self, response: OcspResponse, path: Path, visiting: tuple[bytes, ...]) -> Path | None:
        """Return the path of the responder if it may answer: RFC 6960 section 4.2.2.2.

        The issuer itself, one that it designated, the trust anchor, or one that an authority above the issuer in the
        same path designated for all below it (a local rule, as that section allows).
        """
        issuer = path[1]
        if self._tired():
            return None
        if response.is_of(issuer) and self._signs(response, issuer):
            return path[1:]
        if response.responder_name is not None:
            named = self._pool.named(response.responder_name)
        else:
            named = self._pool.with_key_hash(response.responder_key_hash or b"")
        for candidate in named:
            if not self._signs(response, candidate):
                continue
            if candidate.fingerprint == path[-1].fingerprint:
                return (candidate,)  # the anchor itself; another anchor has nothing to say about this path
            for position in range(1, len(path) if self._higher_responders else 2):
                delegated = (candidate, *path[position:])
                if (
                    OCSP_SIGNING in (candidate.purposes or ())
                    and candidate.issuer_name == path[position].subject_name
                    and check_path(delegated, self._pool) is None
                    and candidate.valid_at(response.produced_at)
                    and self._not_revoked(delegated, path, response.produced_at, visiting)
                ):
                    return delegated
        return None

    # -- CRL ----------------------------------------------------------------------------------------------------------

    def _from_lists(self, path: Path, visiting: tuple[bytes, ...]) -> Iterable[Status]:
        """Yield what complete lists say, with their deltas; lists for some reasons only speak together."""
        certificate = path[0]
        partial: list[Status] = []
        reasons: frozenset[x509.ReasonFlags] = frozenset()
        for crl in (*self._lists.get(certificate.issuer_name, ()), *self._indirect):
            covered = covered_reasons(crl, certificate)
            if not covered:
                continue
            signer = self._list_signer(crl, path, visiting)
            if signer is None:
                continue
            delta = self._delta(crl, path, visiting)
            try:
                entry = crl.entry(certificate.serial, certificate.issuer_name)
                if delta is not None:
                    entry = _merged(entry, delta.entry(certificate.serial, certificate.issuer_name))
            except CmsUnreadable:
                continue
            status = _status(crl, delta, entry, signer)
            if entry is not None or covered >= ALL_REASONS:
                yield status
            else:
                partial.append(status)
                reasons |= covered
        if partial and reasons >= ALL_REASONS:
            oldest = min(partial, key=lambda status: status.this_update)
            yield Status(
                kind="crl",
                sources=tuple(source for status in partial for source in status.sources),
                this_update=oldest.this_update,
                next_update=min((s.next_update for s in partial if s.next_update is not None), default=None),
                revoked_at=None,
                reason=oldest.reason,
                signer=oldest.signer,
                path=oldest.path,
                used=tuple({use: None for status in partial for use in status.used}),
                expired_from=None,
            )

    def _delta(self, crl: Crl, path: Path, visiting: tuple[bytes, ...]) -> Crl | None:
        """Return the newest delta that builds on a complete list: RFC 5280 sections 5.2.4, 6.3.3 (c)."""
        found = [
            delta
            for delta in self._deltas
            if delta.issuer_name == crl.issuer_name
            and delta.scope == crl.scope
            and delta.authority_key_identifier == crl.authority_key_identifier
            and crl.number is not None
            and delta.number is not None
            and delta.base is not None
            and delta.base <= crl.number < delta.number
            and self._list_signer(delta, path, visiting) is not None
        ]
        return max(found, key=lambda delta: delta.this_update, default=None)

    def _list_signer(self, crl: Crl, path: Path, visiting: tuple[bytes, ...]) -> Path | None:
        """Return the path of who signed a list if it may: RFC 5280 section 6.3.3 (f), (g)."""
        issuer = path[1]
        if self._tired():
            return None
        if crl.issuer_name == issuer.subject_name and _may_sign_lists(issuer) and self._signs(crl, issuer):
            return path[1:]
        wanted = crl.authority_key_identifier
        for candidate in self._pool.named(crl.issuer_name):
            if candidate.problem or not _may_sign_lists(candidate):
                continue
            if wanted is not None and candidate.key_identifier not in (None, wanted):
                continue
            if candidate.public_key_info == issuer.public_key_info or not self._signs(crl, candidate):
                continue
            for above in self._pool.paths(candidate):
                if above[-1].fingerprint != path[-1].fingerprint or check_path(above, self._pool) is not None:
                    continue
                good = not out_of_bounds(above, crl.this_update)
                if good and self._not_revoked(above, path, crl.this_update, (*visiting, crl.fingerprint)):
                    return above
        return None

    def _tired(self) -> bool:
        """Count a question, and tell whether there were too many."""
        self._questions += 1
        self._pool.exhausted = self._pool.exhausted or self._questions > MOST_QUESTIONS
        return self._questions > MOST_QUESTIONS

    # -- both ---------------------------------------------------------------------------------------------------------

    def _signs(self, source: Crl | OcspResponse, signer: Certificate) -> bool:
        key = (source.fingerprint, signer.public_key_info)
        if key not in self._signed:
            if len(self._signed) >= MOST_CHECKS:
                self._pool.exhausted = True
                return False
            check = verify_value(signer.key, source.scheme, source.signature, source.tbs)
            self._signed[key] = check is Check.VALID
        return self._signed[key]

    def _not_revoked(self, path: Path, asked: Path, at: datetime, visiting: tuple[bytes, ...]) -> bool:
        """Tell whether a signer of revocation data, and all above it, are known not to have been revoked then.

        What stands in the path whose revocation is being asked is judged there.
        """
        judged = {certificate.fingerprint for certificate in asked[1:]}
        for position in range(len(path) - 1):
            certificate = path[position]
            if certificate.fingerprint in judged:
                continue
            if certificate.no_revocation or (certificate.no_check and not position):
                continue
            if certificate.fingerprint in visiting or len(visiting) > _DEEPEST:
                continue  # its own list speaks for it: there is no other
            statuses = self.about(path[position:], (*visiting, certificate.fingerprint))
            if not statuses or any(s.revoked_at is not None and s.revoked_at <= at for s in statuses):
                return False
        return True


def _may_sign_lists(certificate: Certificate) -> bool:
    return certificate.usage is None or "crl_sign" in certificate.usage


def _merged(entry: Entry | None, change: Entry | None) -> Entry | None:
    if change is None:
        return entry
    return None if change.reason is x509.ReasonFlags.remove_from_crl else change


def _status(crl: Crl, delta: Crl | None, entry: Entry | None, signer: Path) -> Status:
    newest = delta or crl
    return Status(
        kind="crl",
        sources=(crl.fingerprint,) if delta is None else (crl.fingerprint, delta.fingerprint),
        this_update=newest.this_update,
        next_update=newest.next_update,
        revoked_at=entry.revoked_at if entry is not None else None,
        reason=entry.reason if entry is not None else x509.ReasonFlags.unspecified,
        signer=signer[0],
        path=signer,
        used=algorithms_of(crl.scheme, signer[0].key),
        expired_from=crl.expired_from,
    )
