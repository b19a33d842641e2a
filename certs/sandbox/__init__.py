"""The sandbox: every trust service that the product needs, played by one small program for demo and tests.

What enters: a directory, an address, a clock. What leaves: one WSGI application (timestamps, revocation lists, OCSP,
EST, an OpenID provider, a mailbox) and one SMTP server. What may be touched here: that directory alone; keys in it are
files of mode 0600. Clauses: RFC 3161, 5280, 6960, 7030, OpenID Connect Core 1.0. It proves nothing to anybody, and says
so in every certificate and on every page.
"""

from certs.sandbox.enrolment import EnrolmentRefused, IssuedSignatory
from certs.sandbox.errors import (
    AddressMalformed,
    NotASandbox,
    NotIssued,
    SandboxDiffers,
    SandboxError,
    StateDamaged,
    UnknownMail,
    UnknownPerson,
)
from certs.sandbox.remote_signing import SigningFaults
from certs.sandbox.seal import IssuedSeal
from certs.sandbox.tsa_faults import TsaFaults
from certs.sandbox.world import Sandbox, recreate

__all__ = [
    "AddressMalformed",
    "EnrolmentRefused",
    "IssuedSeal",
    "IssuedSignatory",
    "NotASandbox",
    "NotIssued",
    "Sandbox",
    "SandboxDiffers",
    "SandboxError",
    "SigningFaults",
    "StateDamaged",
    "TsaFaults",
    "UnknownMail",
    "UnknownPerson",
    "recreate",
]
