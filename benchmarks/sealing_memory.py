"""Seals in memory: documents a second and core, beside stock pyHanko and beside what nobody can do without.

The floor is hashing the document once and one raw signature by the same library. All take turns over the same distinct
invoices, in one process; CPU seconds of that process are counted. Run by itself:
``python -m benchmarks.sealing_memory``.
"""

from __future__ import annotations

import hashlib
import io
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

import pikepdf
from asn1crypto import keys, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from benchmarks.peer import certificate
from benchmarks.sealing_sources import SIZES, STRUCTURES, invoices
from esign.sealing import Sealer, SealProfile, VisibleSeal, check_sealed
from esign.sealing.incremental import syntax

AT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
KINDS: Final = ("P-256", "RSA-2048", "RSA-3072")
COUNTS: Final = {"111 KB": 240, "2.2 MB": 24}
"""Distinct invoices of a round."""
PEER: Final = 2
"""Documents that stock pyHanko signs in a round."""
PROFILE: Final = SealProfile(name="Muster GmbH")

_SHA256: Final = hashes.SHA256()
_ECDSA: Final = ec.ECDSA(_SHA256)
_PKCS1: Final = padding.PKCS1v15()


@dataclass(frozen=True)
class Key:
    """A seal key in memory, with its certificate and the one above it."""

    private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: bytes
    chain: tuple[bytes, ...]
    sign: Callable[[bytes], bytes]

    @classmethod
    def of(cls, kind: str) -> Key:
        """Return a key of a kind."""
        root = ec.generate_private_key(ec.SECP256R1())
        above = certificate("root", root.public_key(), "root", root, authority=True).public_bytes(Encoding.DER)
        private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
        if kind == "P-256":
            private = elliptic = ec.generate_private_key(ec.SECP256R1())
            sign = partial(elliptic.sign, signature_algorithm=_ECDSA)
        else:
            private = factors = rsa.generate_private_key(65537, int(kind[4:]))
            sign = partial(factors.sign, padding=_PKCS1, algorithm=_SHA256)
        leaf = certificate("leaf", private.public_key(), "root", root).public_bytes(Encoding.DER)
        return cls(private, leaf, (above,), sign)

    def pyhanko(self) -> signers.SimpleSigner:
        """Return the key as pyHanko takes it."""
        pkcs8 = self.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        store = SimpleCertificateStore()
        store.register(x509.Certificate.load(self.chain[0]))
        return signers.SimpleSigner(x509.Certificate.load(self.certificate), keys.PrivateKeyInfo.load(pkcs8), store)


@dataclass(frozen=True)
class Result:
    """CPU microseconds a document, one figure a round; the floor and ours of a round belong together."""

    floor: Sequence[float]
    ours: Sequence[float]
    peer: Sequence[float]

    @property
    def beside_floor(self) -> list[float]:
        """How many times the floor we need, round by round."""
        return [ours / floor for ours, floor in zip(self.ours, self.floor, strict=True)]

    @property
    def beside_peer(self) -> list[float]:
        """How many times what stock pyHanko seals we seal, round by round."""
        return [peer / ours for ours, peer in zip(self.ours, self.peer, strict=True)]


def measure(rounds: int = 15, scale: float = 1.0) -> str:
    """Return the section.

    Args:
        rounds: How often all take turns.
        scale: Part of the documents that is used, for a look.
    """
    documents = {name: invoices(size, max(2, int(COUNTS[name] * scale))) for name, size in SIZES.items()}
    made = {kind: Key.of(kind) for kind in KINDS}
    lines = [
        "## Seals in memory",
        "",
        f"One process on one core; CPU time; {COUNTS['111 KB']} distinct PDF/A-3 invoices of 111 KB and",
        f"{COUNTS['2.2 MB']} of 2.2 MB, {STRUCTURES} differently numbered structures each; {rounds} rounds in turns.",
        "Floor: SHA-256 of the document and one raw signature by the same library. Aims: at most 1.5 times the floor",
        "for every key; at 111 KB and P-256 at least 100 times stock pyHanko (`sign_pdf`). Median (lowest to highest).",
        "",
        "| document | key | documents/s | floor/s | stock pyHanko/s | times the floor | times pyHanko |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, found in documents.items():
        lines += [_row(name, kind, _compare(made[kind], found, rounds)) for kind in KINDS]
    lines += [
        "",
        "P-256 and 111 KB in other circumstances:",
        "",
        "| what | µs a document | times the floor |",
        "|---|---|---|",
    ]
    return "\n".join([*lines, *_others(made["P-256"], documents["111 KB"], rounds)])


def _compare(key: Key, documents: Sequence[bytes], rounds: int) -> Result:
    sealer, attributes = Sealer(key, PROFILE), bytes(150)
    signer = key.pyhanko()
    meta = signers.PdfSignatureMetadata(
        field_name="Peer", subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
    )

    def floor(document: bytes) -> None:
        hashlib.sha256(document).digest()
        key.sign(attributes)

    def ours(document: bytes) -> None:
        sealer.seal(document, claimed_at=datetime.now(UTC))

    def peer(document: bytes) -> None:
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(document)), meta, signer)

    found = _turns((floor, ours, peer), (documents, documents, documents[:PEER]), rounds)
    return Result(*found)


def _others(key: Key, documents: Sequence[bytes], rounds: int) -> Iterator[str]:
    sealer = Sealer(key, PROFILE)
    picture = VisibleSeal(box=(20, 20, 180, 60), picture=_picture())
    visible = Sealer(key, SealProfile(name="Muster GmbH", visible=picture))
    streams = [_with_streams(document) for document in documents[:24]]
    sealed = [sealer.seal(document, claimed_at=AT) for document in documents]
    forms = [document + made.tail for document, made in zip(documents[:24], sealed, strict=False)]
    pairs = list(zip(documents, sealed, strict=True))
    attributes = bytes(150)

    def floor(document: bytes) -> None:
        hashlib.sha256(document).digest()
        key.sign(attributes)

    def anew(document: bytes) -> None:
        syntax.forget()
        sealer.seal(document, claimed_at=AT)

    def check(number: int) -> None:
        document, made = pairs[number]
        check_sealed(document, made, certificate=key.certificate, chain=key.chain)

    actions: dict[str, tuple[Callable[[object], object], Sequence[object]]] = {
        "floor": (floor, documents),
        "seal": (lambda document: sealer.seal(document, claimed_at=AT), documents),
        "seal, nothing remembered of other documents": (anew, documents),
        "seal, objects in object streams, cross-reference stream": (
            lambda document: sealer.seal(document, claimed_at=AT),
            streams,
        ),
        "seal of a document that is sealed already": (
            lambda document: sealer.seal(document, claimed_at=AT),
            forms,
        ),
        f"visible seal (picture of {len(picture.picture):,} bytes)": (
            lambda document: visible.seal(document, claimed_at=AT),
            documents,
        ),
        "the check before release": (check, range(len(pairs))),
    }
    found = _turns([action for action, _ in actions.values()], [given for _, given in actions.values()], rounds)
    for name, values in zip(actions, found, strict=True):
        ratios = [value / floor_ for value, floor_ in zip(values, found[0], strict=True)]
        yield f"| {name} | {_spread(values, '.0f')} | {_spread(ratios, '.2f')} |"


def _turns(
    actions: Sequence[Callable[..., object]], given: Sequence[Sequence[object]], rounds: int
) -> list[list[float]]:
    """Return the CPU microseconds of each action a round; the first round warms up and is not counted."""
    found: list[list[float]] = [[] for _ in actions]
    for count in range(rounds + 1):
        for action, documents, values in zip(actions, given, found, strict=True):
            began = time.process_time()
            for document in documents:
                action(document)
            if count:
                values.append((time.process_time() - began) / len(documents) * 1e6)
    return found


def _row(name: str, kind: str, result: Result) -> str:
    rates = [[1e6 / each for each in values] for values in (result.ours, result.floor, result.peer)]
    cells = [_spread(rates[0], ",.0f"), _spread(rates[1], ",.0f"), _spread(rates[2], ",.1f")]
    ratios = f"**{_spread(result.beside_floor, '.2f')}** | **{_spread(result.beside_peer, ',.0f')}**"
    return f"| {name} | {kind} | {' | '.join(cells)} | {ratios} |"


def _spread(values: Sequence[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def _with_streams(document: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(document)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _picture() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize((300, 90)).convert("RGB").save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    print(measure())
