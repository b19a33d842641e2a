"""The files that are attacked and edited: all signed by ourselves, all clean before anybody touches them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from pikepdf import Array

from esign.validation.certificates import TrustAnchors
from esign.validation.process import Material
from esign.validation.verdict import FileVerdict, verify
from tests.attacks.reproducible import reproducible
from tests.attacks.rich import invoice, rich
from tests.attacks.signing import sign, stamp, store
from tests.attacks.workbench import Workbench
from tests.pades.small_world import Holder, World, walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A signed file.

    Args:
        name: What it is.
        data: The file.
        certified: P of its certification; 0 where it has none.
        locked: The fields that its signature locks.
        rich: Whether it is the document with everything.
        signatures: How many people signed.
        prepared: Whether somebody prepared it before it was signed, so that a permitted edit would show elsewhere too.
    """

    name: str
    data: bytes
    certified: int = 0
    locked: frozenset[str] = frozenset()
    rich: bool = False
    signatures: int = 1
    prepared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The trust services, who signed, and what was signed."""

    world: World
    signer: Holder
    second: Holder
    subjects: tuple[Subject, ...]

    def verdict(self, data: bytes) -> FileVerdict:
        """Return the verdict, ten minutes later, with today's revocation lists at hand."""
        trust, material = _trust(self)
        return verify(data, trust=trust, material=material, at=self.world.now + timedelta(minutes=10), name="file.pdf")

    def named(self, name: str) -> Subject:
        """Return a subject by its name."""
        return next(subject for subject in self.subjects if subject.name == name)


_KEPT: dict[int, tuple[TrustAnchors, Material]] = {}


def _trust(scene: Scene) -> tuple[TrustAnchors, Material]:
    if id(scene) not in _KEPT:
        crls = (scene.world.crl(scene.world.root), scene.world.crl(scene.world.authority))
        _KEPT[id(scene)] = TrustAnchors(certificates=(scene.world.root.der,)), Material(crls=crls)
    return _KEPT[id(scene)]


@functools.cache
def scene() -> Scene:
    """Return the scene; each process has the same one, byte by byte, so that a case can be made again from its seed."""
    with reproducible("scene"):
        return _scene()


def _scene() -> Scene:
    world = World()
    signer, second = world.signatory(), world.signatory()
    walked = walk(world, signer=signer)

    def kept(data: bytes) -> bytes:
        return stamp(store(data, world, signer, second), world)

    def signed(kind: str, **options: object) -> bytes:
        return sign(Workbench(rich(kind)), world, signer, name="Signatory", **options)  # type: ignore[arg-type]  # options of sign

    box = (200.0, 20.0, 300.0, 50.0)
    made: list[Subject] = [
        Subject(name="contract B-T", data=walked.signed),
        Subject(name="contract B-LTA", data=walked.finished),
    ]
    for kind in ("table", "stream"):
        bare = signed(kind, box=box)
        made.append(Subject(name=f"rich {kind} B-B", data=bare, rich=True))
        made.append(Subject(name=f"rich {kind} B-LTA", data=kept(signed(kind, stamped=True)), rich=True))
        twice = sign(Workbench(bare), world, second, name="Second", box=(310, 20, 400, 50), stamped=True)
        made.append(Subject(name=f"rich {kind} two signatures", data=twice, rich=True, signatures=2))
        for level in (1, 2, 3):
            data = signed(kind, certifies=level, stamped=level == 2)
            data = kept(data) if level == 2 else data
            made.append(Subject(name=f"rich {kind} P={level}", data=data, certified=level, rich=True))
    locks: dict[str, Callable[[], bytes]] = {
        "include": lambda: signed("table", locked={"Action": Name_("Include"), "Fields": Array(["amount", "group"])}),
        "all": lambda: signed("stream", locked={"Action": Name_("All")}),
    }
    made.append(
        Subject(name="rich locked include", data=locks["include"](), rich=True, locked=frozenset({"amount", "group"}))
    )
    everything = frozenset({"amount", "note", "agree", "choice", "group"})
    made.append(Subject(name="rich locked all", data=locks["all"](), rich=True, locked=everything))
    for kind in ("table", "stream"):
        bench = Workbench(rich(kind))
        look = bench.field("amount").AP = bench.add(bench.field("amount").AP)
        page = bench.pages[0]
        remarks = [item for item in page.Annots if item.get("/Subtype") == "/Square"]
        remarks[0].AP = look
        data = sign(bench, world, signer, name="Signatory", certifies=2)
        made.append(Subject(name=f"prepared {kind} P=2", data=data, certified=2, rich=True, prepared=True))
    sealed = sign(Workbench(invoice()), world, signer, name="Seal", stamped=True)
    made.append(Subject(name="invoice B-T", data=sealed))
    made.append(Subject(name="invoice B-LTA", data=kept(sealed)))
    return Scene(world=world, signer=signer, second=second, subjects=tuple(made))


def Name_(word: str) -> object:  # noqa: N802 - a name of PDF
    """Return a name."""
    from pikepdf import Name

    return Name(f"/{word}")
