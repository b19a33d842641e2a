"""Words that every room uses: errors, clock, digests, canonical JSON, identifiers. No I/O but for tokens.

What enters: plain values. What leaves: plain values. What may be touched here: nothing outside the process but
the clock, the operating system's randomness, the libraries of tokens, and what is known of PINs that were refused.
Clauses: RFC 8785 (canonical JSON), ITU-T X.667 (OIDs from UUIDs).
"""
