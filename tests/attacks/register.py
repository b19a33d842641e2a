"""The lists of attacks and edits: each is a function that does one thing to a file on the workbench."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.attacks.subjects import Scene, Subject
from tests.attacks.workbench import Workbench

Act = Callable[[Workbench, random.Random, Subject], "bytes | None"]
"""Changes what stands on the workbench, or returns a file that it wrote itself."""
OwnAct = Callable[[bytes, random.Random, Subject, Scene], bytes]
"""Returns a file that it wrote itself, with the help of the trust services."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One kind of attack.

    Args:
        family: The module that it stands in.
        name: What it does.
        effect: What of the document it changes: that is proven for every file that it makes.
        act: Does it.
        own: Does it where it writes its own file.
    """

    family: str
    name: str
    effect: str
    act: Act | None = None
    own: OwnAct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One kind of permitted edit.

    Args:
        name: What it does.
        needs: Which files permit it: ``always``, ``forms``, ``annotations`` or ``fields``.
        act: Does it.
    """

    name: str
    needs: str
    act: OwnAct


ATTACKS: list[Attack] = []
EDITS: list[Edit] = []


def attack(effect: str) -> Callable[[Act], Act]:
    """Take down an attack that changes objects."""

    def take(act: Act) -> Act:
        ATTACKS.append(Attack(family=_family(act), name=act.__name__, effect=effect, act=act))
        return act

    return take


def own_attack(effect: str) -> Callable[[OwnAct], OwnAct]:
    """Take down an attack that writes its own file."""

    def take(act: OwnAct) -> OwnAct:
        ATTACKS.append(Attack(family=_family(act), name=act.__name__, effect=effect, own=act))
        return act

    return take


def edit(needs: str) -> Callable[[OwnAct], OwnAct]:
    """Take down an edit."""

    def take(act: OwnAct) -> OwnAct:
        EDITS.append(Edit(name=act.__name__, needs=needs, act=act))
        return act

    return take


def _family(act: object) -> str:
    return str(getattr(act, "__module__", "")).rpartition(".")[2].removeprefix("on_")
