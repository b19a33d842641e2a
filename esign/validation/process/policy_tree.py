"""Certificate policies along a path, as a set of what is still valid at each depth instead of a tree.

Each node is an expected policy with the policies that it stands for; that is what the tree of RFC 5280 section 6.1
comes to once its branches of equal policies are joined, and it cannot grow beyond the policies that the certificates
name (a tree can, without bound: CVE-2023-0464).

Source: RFC 5280 sections 6.1.2 to 6.1.5 (policies); RFC 9618.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from esign.validation.process.certificate import ANY_POLICY, Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyInputs:
    """What the relying party asks of policies. Source: RFC 5280 section 6.1.1 (c), (e), (f), (g)."""

    initial: frozenset[str] = frozenset({ANY_POLICY})
    require_explicit: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False


_Level = dict[str, tuple[frozenset[str], frozenset[str]]]
"""Of one depth: the valid policy → the policies above that it came from, the policies that are expected below."""


def policies_hold(path: Sequence[Certificate], inputs: PolicyInputs) -> bool:
    """Tell whether the policies of a path satisfy the relying party.

    Args:
        path: From the trust anchor's first certificate down to the end entity; the anchor is not in it.
        inputs: What is asked.
    """
    count = len(path)
    explicit = 0 if inputs.require_explicit else count + 1
    mapping = 0 if inputs.inhibit_mapping else count + 1
    any_policy = 0 if inputs.inhibit_any else count + 1
    levels: list[_Level] | None = [{ANY_POLICY: (frozenset(), frozenset({ANY_POLICY}))}]
    for position, certificate in enumerate(path, 1):
        last = position == count
        if certificate.policies is None:
            levels = None
        elif levels is not None:
            any_allowed = any_policy > 0 or (not last and certificate.self_issued)
            levels.append(_level(levels[-1], certificate.policies, any_allowed=any_allowed))
            levels = _pruned(levels)
        if explicit <= 0 and levels is None:
            return False
        if last:
            break
        if any(ANY_POLICY in pair for pair in certificate.mappings):
            return False
        if levels is not None and certificate.mappings:
            levels[-1] = _mapped(levels, certificate.mappings, permitted=mapping > 0)
            levels = _pruned(levels)
        if not certificate.self_issued:
            explicit, mapping, any_policy = max(explicit - 1, 0), max(mapping - 1, 0), max(any_policy - 1, 0)
        if certificate.require_explicit_policy is not None:
            explicit = min(explicit, certificate.require_explicit_policy)
        if certificate.inhibit_mapping is not None:
            mapping = min(mapping, certificate.inhibit_mapping)
        if certificate.inhibit_any_policy is not None:
            any_policy = min(any_policy, certificate.inhibit_any_policy)
    explicit = max(explicit - 1, 0)  # RFC 5280 section 6.1.5 (a)
    if path and path[-1].require_explicit_policy == 0:
        explicit = 0
    return explicit > 0 or (levels is not None and _meets(levels, inputs.initial))


def _level(above: _Level, policies: Sequence[str], *, any_allowed: bool) -> _Level:
    """Return the next level: RFC 5280 section 6.1.3 (d)."""
    found: _Level = {}
    for policy in policies:
        if policy == ANY_POLICY:
            continue
        parents = frozenset(node for node, (_, expected) in above.items() if policy in expected)
        if not parents and ANY_POLICY in above:
            parents = frozenset({ANY_POLICY})
        if parents:
            found[policy] = (parents, frozenset({policy}))
    if ANY_POLICY in policies and any_allowed:
        for node, (_, expected) in above.items():
            for policy in expected - found.keys():
                before = found.get(policy, (frozenset(), frozenset()))[0]
                found[policy] = (before | {node}, frozenset({policy}))
    return found


def _mapped(levels: list[_Level], mappings: Sequence[tuple[str, str]], *, permitted: bool) -> _Level:
    """Return the last level after the mappings: RFC 5280 section 6.1.4 (b)."""
    level = dict(levels[-1])
    targets: dict[str, set[str]] = {}
    for source, target in mappings:
        targets.setdefault(source, set()).add(target)
    for source, found in targets.items():
        if not permitted:
            level.pop(source, None)
        elif source in level:
            level[source] = (level[source][0], frozenset(found))
        elif ANY_POLICY in level:
            level[source] = (level[ANY_POLICY][0], frozenset(found))
    return level


def _pruned(levels: list[_Level]) -> list[_Level] | None:
    """Return the levels without nodes that lead nowhere; None where nothing is left: section 6.1.3 (d) (3)."""
    pruned = [dict(level) for level in levels]
    for position in range(len(pruned) - 1, 0, -1):
        needed = {parent for parents, _ in pruned[position].values() for parent in parents}
        pruned[position - 1] = {node: value for node, value in pruned[position - 1].items() if node in needed}
    return pruned if pruned[-1] else None


def _meets(levels: list[_Level], initial: frozenset[str]) -> bool:
    """Tell whether a policy of the end entity comes from one that the user asked for: section 6.1.5 (g)."""
    if ANY_POLICY in initial or ANY_POLICY in levels[-1]:
        return True
    good: set[str] = set()
    for level in levels[1:]:
        good = {
            node
            for node, (parents, _) in level.items()
            if parents & good or (ANY_POLICY in parents and node in initial)
        }
    return bool(good)
