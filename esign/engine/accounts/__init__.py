"""The company's people: accounts, how they prove who they are, their sessions, the trail of what they did.

What enters: what somebody shows at the login. What leaves: an actor, or one refusal. What may be touched here: their
rows. Clauses: GDPR Art. 32; W3C WebAuthn; RFC 6238; OpenID Connect Core 1.0.
"""
