"""Words that every room uses: errors, clock, digests, canonical JSON, identifiers. No I/O.

What enters: plain values. What leaves: plain values. What may be touched here: nothing outside the process but
the clock and the operating system's randomness. Clauses: RFC 8785 (canonical JSON), ITU-T X.667 (OIDs from UUIDs).
"""
