"""The words by which a contract is found, though nobody who has only the database can read them.

Each word of a party's name, and each whole e-mail address, becomes a keyed index (HMAC) under a key of the tenant's
own. Who has the database alone can neither read nor guess them; that two contracts share a word can be seen there. They
are deleted together with the contract's key.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable

from esign.engine.contents import ContractContents
from esign.engine.ports import Transaction
from esign.evidence.ports import Vault

VERSION = 1
"""Of the rule below; contracts that were indexed by an earlier one are indexed again."""
LENGTH = 16
"""Bytes of a token."""
MOST_WORDS = 12
"""Words of one question."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "ł": "l"})
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return a text as it is compared: small letters, ``ü`` as ``ue``, no other marks on letters."""
    small = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    apart = unicodedata.normalize("NFKD", small)
    return "".join(char for char in apart if not unicodedata.combining(char))


def words(text: str) -> frozenset[str]:
    """Return what is looked for in a text: an address as a whole, everything else word by word."""
    found: set[str] = set()
    for piece in text.split():
        folded = fold(piece.strip(".,;:<>()\"'"))
        found |= {folded} if "@" in folded else set(_WORD.findall(folded))
    return frozenset(word for word in found if len(word) > 1)


def words_of(contents: ContractContents) -> frozenset[str]:
    """Return the words by which a contract is found."""
    found: set[str] = set()
    for party in contents.parties:
        for text in (party.given_name, party.family_name, party.email, party.represents):
            found |= words(text)
    named = json.loads(contents.data).get("linked_contracts", ())
    return frozenset(found | {link_word(str(each["reference"])) for each in named if not each.get("company")})


def link_word(reference: str) -> str:
    """Return the word by which the contracts are found that name another as linked; no question can contain it."""
    return f"linked:{reference.casefold()}"


def tokens(vault: Vault, tenant: str, found: Iterable[str]) -> frozenset[bytes]:
    """Return the keyed indexes of words within a tenant."""
    return frozenset(vault.index("search/word", word.encode("utf-8"), tenant)[:LENGTH] for word in found)


def index(tx: Transaction, tenant: str, contract_id: str, contents: ContractContents) -> None:
    """Keep the search words of a contract."""
    tx.search.keep(contract_id, tokens(tx.vault, tenant, words_of(contents)), VERSION)
