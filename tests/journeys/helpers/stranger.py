"""A client by somebody who has read docs/ceremony-spec.md and the standards that it names, and none of our code.

Nothing of ours is imported: encodings, HPKE (RFC 9180), DER, the request, the attributes are written once more here.
"""

import base64
import hashlib
import hmac
import json
import secrets
import struct

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ARC = "2.25.36891572898651591109044014128263442416"
PKCS9 = "1.2.840.113549.1.9"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEM, SUITE = b"KEM" + struct.pack(">H", 16), b"HPKE" + struct.pack(">HHH", 16, 1, 2)


# Section 1: encodings ------------------------------------------------------------------------------------------------


def h(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def label(name):
    return b"esign/1/" + name.encode()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), "sha256").digest()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return b"{" + b",".join(canonical(name) + b":" + canonical(value[name]) for name in names) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


# Section 2: keys -----------------------------------------------------------------------------------------------------


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def load_key(pkcs8):
    return serialization.load_der_private_key(pkcs8, None)


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def point(public):
    return public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def sign(key, data):
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def sign_raw(key, data):
    r, s = decode_dss_signature(sign(key, data))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# Section 6: capsule (RFC 5869, RFC 9180) ------------------------------------------------------------------------------


def expand(key, info, length):
    out, block, number = b"", b"", 1
    while len(out) < length:
        block = mac(key, block, info, bytes([number]))
        out, number = out + block, number + 1
    return out[:length]


def labelled_extract(suite, salt, name, material):
    return mac(salt or bytes(32), b"HPKE-v1" + suite + name + material)


def labelled_expand(suite, key, name, info, length):
    return expand(key, struct.pack(">H", length) + b"HPKE-v1" + suite + name + info, length)


def derive_key(material):
    key = labelled_extract(KEM, b"", b"dkp_prk", material)
    for counter in range(256):
        candidate = int.from_bytes(labelled_expand(KEM, key, b"candidate", bytes([counter]), 32), "big")
        if 0 < candidate < ORDER:
            return ec.derive_private_key(candidate, ec.SECP256R1())
    raise ValueError


def schedule(shared_point, context, info):
    shared = labelled_expand(KEM, labelled_extract(KEM, b"", b"eae_prk", shared_point), b"shared_secret", context, 32)
    psk, used = labelled_extract(SUITE, b"", b"psk_id_hash", b""), labelled_extract(SUITE, b"", b"info_hash", info)
    secret = labelled_extract(SUITE, shared, b"secret", b"")
    whole = b"\0" + psk + used
    key, nonce = (
        labelled_expand(SUITE, secret, name, whole, size) for name, size in ((b"key", 32), (b"base_nonce", 12))
    )
    return AESGCM(key), nonce


def seal(public, ephemeral, info, text):
    enc = point(ephemeral.public_key())
    cipher, nonce = schedule(ephemeral.exchange(ec.ECDH(), public), enc + point(public), info)
    return enc, cipher.encrypt(nonce, text, b"")


def open_sealed(key, enc, ct, info):
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc)
    cipher, nonce = schedule(key.exchange(ec.ECDH(), public), enc + point(key.public_key()), info)
    return cipher.decrypt(nonce, ct, b"")


def from_seed(seed, name):
    return expand(seed, label("seed/" + name), 32)


def code_of(seed):
    digits, number = "", 0
    while len(digits) < 6:
        digits += "".join(str(byte % 10) for byte in from_seed(seed, f"code/{number}") if byte < 250)
        number += 1
    return digits[:6].encode()


# Sections 3, 4 and 7: DER, request, attributes, messages --------------------------------------------------------------


def tlv(tag, *parts):
    content = b"".join(parts)
    if len(content) < 128:
        return bytes([tag, len(content)]) + content
    size = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(size)]) + size + content


def sequence(*parts):
    return tlv(0x30, *parts)


def octets(data):
    return tlv(0x04, data)


def number(value):
    return tlv(0x02, bytes([value]))


def oid(text):
    first, second, *rest = map(int, text.split("."))
    out = b""
    for arc in (first * 40 + second, *rest):
        groups = [arc & 127]
        while arc := arc >> 7:
            groups.append(128 | arc & 127)
        out += bytes(reversed(groups))
    return tlv(0x06, out)


def key_binding(capsule, device, passkey=None):
    return sequence(number(1), octets(h(capsule)), octets(h(device)), tlv(0x80, h(passkey)) if passkey else b"")


def request_info(key, binding, nonce):
    extensions = sequence(sequence(oid(ARC + ".1.1"), octets(binding)))
    asked = sequence(oid(PKCS9 + ".14"), tlv(0x31, extensions))
    fresh = sequence(oid(ARC + ".1.2"), tlv(0x31, octets(nonce)))
    return sequence(number(0), sequence(), spki(key), tlv(0xA0, *sorted([asked, fresh])))


def request(key, binding, nonce):
    info = request_info(key, binding, nonce)
    return sequence(info, sequence(oid("1.2.840.10045.4.3.2")), tlv(0x03, b"\0", sign(key, info)))


def evidence(tau, capsule, proof, statement, user_verification):
    level = number(["simple", "advanced", "qualified"].index(statement["level"]))
    words = (tlv(0x0C, statement[name].encode()) for name in ("held_by", "identified_by", "trust"))
    verified = tlv(0x80, user_verification) if user_verification else b""
    return sequence(number(1), octets(tau), octets(capsule), octets(proof), sequence(level, *words), verified)


def attributes(digest, certificate, policy, policy_digest, ceremony):
    ess = PKCS9 + ".16.2"
    sha256 = sequence(oid("2.16.840.1.101.3.4.2.1"))
    values = {
        PKCS9 + ".3": oid("1.2.840.113549.1.7.1"),
        PKCS9 + ".4": octets(digest),
        ess + ".47": sequence(sequence(sequence(octets(h(certificate))))),
        ess + ".15": sequence(oid(policy), sequence(sha256, octets(policy_digest))),
        ess + ".16": sequence(oid(PKCS9 + ".16.6.5")),
        ARC + ".2.1": ceremony,
    }
    return tlv(0x31, *sorted(sequence(oid(kind), tlv(0x31, value)) for kind, value in values.items()))


def signing_input(header, payload):
    return b64(canonical(header)) + "." + b64(canonical(payload))


def message(device, kind, origin, token, now, **members):
    common = {"v": "esign/1", "type": kind, "aud": origin, "iat": now, "jti": secrets.token_hex(16)}
    payload = {**common, "invitation": h(label("invitation"), token.encode()).hex(), **members}
    signed = signing_input({"alg": "ES256", "kid": h(spki(device)).hex(), "typ": "esign+jws"}, payload)
    return f"{signed}.{b64(sign_raw(device, signed.encode()))}".encode()


def verification_digest(*parts):
    return h(*(struct.pack(">I", len(part)) + part for part in parts))
