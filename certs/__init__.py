"""The outside world as a sandbox: a PKI described in YAML, and a package that plays every foreign service.

What enters: ``pki.yaml`` and ``persons.yaml`` (descriptions without keys), requests that the product sends to the
outside. What leaves: certificates, timestamps, revocation lists, ID tokens and a mailbox, all of them marked SANDBOX.
What may be touched here: the sandbox's own state directory and loopback sockets. Clauses: RFC 5280, 3161, 6960, 7030,
OpenID Connect Core 1.0. Only the demo and the tests may start it.
"""
