"""Attacks on attached files: exchanged, added, removed, renamed, said to be something else."""

from __future__ import annotations

import random
from typing import Any

from pikepdf import Array, Dictionary, Name, String

from tests.attacks.register import attack
from tests.attacks.subjects import Subject
from tests.attacks.workbench import NotHereError, Workbench


def _tree(bench: Workbench) -> Any:
    return bench.found(bench.root, "/Names", "/EmbeddedFiles", "/Names")


def _specification(bench: Workbench, chance: random.Random) -> Any:
    names = _tree(bench)
    return names[chance.randrange(len(names) // 2) * 2 + 1]


def _new(bench: Workbench, chance: random.Random, name: str) -> Any:
    content = b"<invoice><total>%d</total></invoice>" % chance.randrange(10**6)
    stream = bench.stream(content)
    stream.Type = Name.EmbeddedFile
    return bench.add(
        Dictionary(
            Type=Name.Filespec, F=name, UF=name, EF=Dictionary(F=stream, UF=stream), AFRelationship=Name.Alternative
        )
    )


@attack("attachment")
def content_overwritten(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    stream = _specification(bench, chance).EF.F
    stream.write(stream.read_bytes() + b"<!--%d-->" % chance.randrange(999))


@attack("attachment")
def content_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _specification(bench, chance)
    stream = bench.stream(b"<total>%d</total>" % chance.randrange(10**6))
    stream.Type = Name.EmbeddedFile
    if chance.random() < 0.5:
        target.EF = Dictionary(F=stream, UF=stream)
    else:
        target.EF[chance.choice(("/F", "/UF"))] = stream


@attack("attachment")
def specification_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    names = _tree(bench)
    place = chance.randrange(len(names) // 2) * 2 + 1
    names[place] = _new(bench, chance, str(names[place].get("/UF", "a.xml")))


@attack("attachment")
def renamed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _specification(bench, chance)
    target[chance.choice(("/F", "/UF", "/Desc"))] = f"other{chance.randrange(99)}.xml"


@attack("attachment")
def said_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _specification(bench, chance)
    target.AFRelationship = Name(chance.choice(("/Unspecified", "/Encrypted", "/FormData")))


@attack("attachment")
def type_said_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _specification(bench, chance).EF.F.Subtype = Name("/application#2Fx-own")


@attack("attachment")
def added_to_names(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    names = _tree(bench)
    name = f"{chance.choice('abcxyz')}{chance.randrange(99)}.xml"
    names.append(String(name))
    names.append(_new(bench, chance, name))


@attack("attachment")
def added_to_list(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _new(bench, chance, "zugferd.xml")
    bench.root.AF = Array([*bench.root.get("/AF", []), target])


@attack("attachment")
def added_to_page(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    chance.choice(bench.pages).AF = Array([_new(bench, chance, "page.xml")])


@attack("attachment")
def added_as_remark(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = chance.choice(bench.pages)
    item = bench.add(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.FileAttachment,
            Rect=Array([5, 5, 20, 20]),
            FS=_new(bench, chance, "remark.xml"),
        )
    )
    page.Annots = Array([*page.get("/Annots", []), item])


@attack("attachment")
def removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    names = list(_tree(bench))
    bench.root.Names.EmbeddedFiles = Dictionary(Names=Array(names[2:]))


@attack("attachment")
def all_removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    key = chance.choice(("/AF", "/Names"))
    if key not in bench.root:
        raise NotHereError
    del bench.root[key]


@attack("attachment")
def swapped(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    names = _tree(bench)
    if len(names) < 4:
        raise NotHereError
    names[1], names[3] = names[3], names[1]


@attack("attachment")
def tree_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    leaf = bench.add(
        Dictionary(Limits=Array([String("a"), String("z")]), Names=Array([String("a"), _new(bench, chance, "a.xml")]))
    )
    bench.root.Names.EmbeddedFiles = Dictionary(Kids=Array([leaf]))


@attack("attachment")
def portfolio(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.root.Collection = Dictionary(Type=Name.Collection, View=Name.T, D=String("factur-x.xml"))


@attack("attachment")
def parameters(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _specification(bench, chance).EF.F.Params = Dictionary(Size=chance.randrange(99), ModDate="D:20300101")


@attack("attachment")
def content_null(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.raw[_specification(bench, chance).EF.F.objgen[0]] = b"null"
