"""What the sandbox refuses to its own operator. Refusals towards clients are part of each protocol."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class SandboxError(EsignError):
    """The sandbox cannot do what was asked of it."""

    code = "sandbox"


class SandboxDiffers(SandboxError):
    """The directory holds a sandbox that was made for another address; its certificates name that address."""

    code = "sandbox.differs"


class AddressMalformed(SandboxError):
    """The sandbox's address is not an origin: ``http://`` or ``https://``, a host, perhaps a port, no path."""

    code = "sandbox.address"


class NotASandbox(SandboxError):
    """The directory holds something else; nothing in it was touched."""

    code = "sandbox.not_a_sandbox"


class StateDamaged(SandboxError):
    """A file of the sandbox cannot be read; recreate the sandbox."""

    code = "sandbox.state_damaged"


class NotIssued(SandboxError):
    """No authority of this sandbox has issued a certificate with this serial number."""

    code = "sandbox.not_issued"


class UnknownPerson(SandboxError):
    """The sandbox knows no person of this name."""

    code = "sandbox.unknown_person"


class UnknownMail(SandboxError):
    """The mailbox holds no such mail or attachment."""

    code = "sandbox.unknown_mail"
