"""The browserless signatory: speaks the ceremony protocol for tests, ``demo --sample`` and benchmarks.

What enters: an invitation link and an HTTP client. What leaves: the signed PDF with a receipt, or the reason why the
signatory or the server stopped. What may be touched here: the network through the client handed in, and randomness.
It is a *sandbox* client: the passkey is software, nobody is verified. Clauses: docs/ceremony-spec.md, all of it,
written apart from the engine's and the browser agent's code.
"""

from certs.signatory.errors import ServerRefused, SignatoryRefused
from certs.signatory.passkey import SandboxAuthenticator
from certs.signatory.signatory import Receipt, SandboxSignatory

__all__ = ["Receipt", "SandboxAuthenticator", "SandboxSignatory", "ServerRefused", "SignatoryRefused"]
