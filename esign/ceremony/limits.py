"""The protocol's fixed words and numbers, each with the place it comes from."""

from __future__ import annotations

from typing import Final

VERSION: Final = "esign/1"
"""Protocol version. Source: docs/ceremony-spec.md section 4."""

SUITE: Final = "DHKEM(P-256,HKDF-SHA256)/HKDF-SHA256/AES-256-GCM"
"""The one cipher suite of capsules and escrow. Source: docs/ceremony-spec.md sections 5 and 6; RFC 9180 section 7."""

PROOF_OF_APPROVAL: Final = "1.2.840.113549.1.9.16.6.5"
"""Commitment type id-cti-ets-proofOfApproval. Source: ETSI EN 319 122-1 section 5.2.3; RFC 5126 section 5.11.1."""

CODE_DIGITS: Final = 6
"""Digits of a code. Source: docs/ceremony-spec.md section 6 (one in a million a try)."""

CODE_TRIES: Final = 5
"""Wrong codes that lock an attempt. Source: docs/ceremony-spec.md section 6."""

MAX_ATTEMPTS: Final = 20
"""Attempts of one invitation. Source: docs/ceremony-spec.md section 4, ``open``."""

RESERVED_ATTEMPTS: Final = 4
"""Attempts that no other device can use up. Source: docs/ceremony-spec.md section 4, ``open``."""

MAX_DEVICES: Final = 5
"""Devices of one invitation. Source: docs/ceremony-spec.md section 4, ``hello``."""

MAX_ATTEMPT_SECONDS: Final = 3600
"""Longest life of an attempt, in seconds. Source: docs/ceremony-spec.md section 5."""

ENROLMENT_SECONDS: Final = 15 * 60
"""Life of an enrolment offered by ``hello``, in seconds. Source: docs/ceremony-spec.md section 4, ``hello``."""

HANDOVER_SECONDS: Final = 10 * 60
"""Time in which a hand-over token binds a device, in seconds. Source: docs/ceremony-spec.md section 4, ``handover``."""
COMPANY_DEVICE_SECONDS: Final = 300
"""The same where the device is the company's: it is handed over at once. Source: docs/ceremony-spec.md section 4."""

MAX_MESSAGE_BYTES: Final = 64 * 1024
"""Largest message of the agent. Source: docs/ceremony-spec.md section 4."""

MAX_LARGE_MESSAGE_BYTES: Final = 128 * 1024
"""Largest ``enrol`` and ``intent``: they carry tokens and statements of others. Source: the same section."""

SEED_BYTES: Final = 32
"""Bytes of the seed that everything secret in an attempt follows from. Source: docs/ceremony-spec.md section 6."""
