"""The engine: electronic signatures and contracts at a distance.

The walk that every contract takes is the order of the rooms: form, declaration, document, ceremony, signature,
evidence, archive. See ``docs/architecture.md``.
"""
