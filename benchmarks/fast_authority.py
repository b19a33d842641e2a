"""A timestamp authority in a process of its own that costs its clients next to nothing: for measuring them.

What does not change in a token is encoded once (as in the sandbox's), requests are read by their fixed shape, and HTTP
is spoken as far as one client needs it. ``/100`` answers after 100 ms.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key

from esign.pades import der

_SHA256 = der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))
_TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
_GRANTED = der.sequence(der.integer(0))


class FastAuthority:
    """Stamps SHA-256 digests with a P-256 key."""

    def __init__(self, certificate: bytes, key: ec.EllipticCurvePrivateKey) -> None:
        loaded = x509.load_der_x509_certificate(certificate)
        reference = der.sequence(der.sequence(der.sequence(der.octets(hashlib.sha256(certificate).digest()))))
        kind = der.sequence(der.oid("1.2.840.113549.1.9.3"), der.tlv(0x31, _TST_INFO))
        names = der.sequence(der.oid("1.2.840.113549.1.9.16.2.47"), der.tlv(0x31, reference))
        self._kind, self._names, self._digest = kind, names, der.oid("1.2.840.113549.1.9.4")
        self._signer = (
            der.integer(1) + der.sequence(loaded.issuer.public_bytes(), der.integer(loaded.serial_number)) + _SHA256
        )
        self._ecdsa = der.sequence(der.oid("1.2.840.10045.4.3.2"))
        self._certificates = der.tlv(0xA0, certificate)
        self._policy = der.oid("2.25.1")
        self._serials = itertools.count(int.from_bytes(os.urandom(7), "big") << 24)
        self._key = key

    def answer(self, request: bytes) -> bytes:
        """Return the reply to a request of :class:`esign.proof.timestamps.TimestampRequest`."""
        asked = der.Reader(request).inside(der.SEQUENCE)
        asked.raw(der.INTEGER)
        imprint, nonce = asked.raw(der.SEQUENCE), asked.raw(der.INTEGER)
        now = datetime.now(UTC).strftime("%Y%m%d%H%M%SZ").encode()
        info = der.sequence(
            der.integer(1), self._policy, imprint, der.integer(next(self._serials)), der.tlv(0x18, now), nonce
        )
        digest = der.sequence(self._digest, der.tlv(0x31, der.octets(hashlib.sha256(info).digest())))
        signed = der.set_of((self._kind, digest, self._names))
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        signer = der.sequence(self._signer, b"\xa0" + signed[1:], self._ecdsa, der.octets(signature))
        data = der.sequence(
            der.integer(3),
            der.tlv(0x31, _SHA256),
            der.sequence(_TST_INFO, der.tlv(0xA0, der.octets(info))),
            self._certificates,
            der.tlv(0x31, signer),
        )
        return der.sequence(_GRANTED, der.sequence(der.oid("1.2.840.113549.1.7.2"), der.tlv(0xA0, data)))


@contextmanager
def serving(certificate: x509.Certificate, key: bytes) -> Iterator[str]:
    """Serve in a process of its own; yields the address, to which the milliseconds of delay are added.

    Args:
        certificate: Of the authority.
        key: Its key, PKCS #8 DER.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, certificate.public_bytes(Encoding.DER), key), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, certificate: bytes, key: bytes) -> None:
    loaded = load_der_private_key(key, None)
    assert isinstance(loaded, ec.EllipticCurvePrivateKey)
    authority = FastAuthority(certificate, loaded)

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: _Talk(authority), "127.0.0.1", 0)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


class _Talk(asyncio.Protocol):
    """One connection: ``POST /MILLISECONDS`` with a length, again and again."""

    def __init__(self, authority: FastAuthority) -> None:
        self._authority = authority
        self._pending = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            head = self._pending[:end].lower()
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(self._pending) < end + 4 + length:
                return
            body, self._pending = self._pending[end + 4 : end + 4 + length], self._pending[end + 4 + length :]
            self._answer(int(head[6 : head.index(b" ", 6)] or 0), body)

    def _answer(self, delay: int, body: bytes) -> None:
        reply = self._authority.answer(body)
        sent = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: %d\r\n\r\n" % len(reply)
        ) + reply
        if delay:
            asyncio.get_running_loop().call_later(delay / 1000, self._transport.write, sent)
        else:
            self._transport.write(sent)
