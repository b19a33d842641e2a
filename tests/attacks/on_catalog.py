"""Attacks on the catalog, on what is said about the document, and on what assistive technology is told."""

from __future__ import annotations

import random
from typing import Any

from pikepdf import Array, Dictionary, Name, String

from tests.attacks.register import attack
from tests.attacks.subjects import Subject
from tests.attacks.workbench import NotHereError, Workbench


def action(bench: Workbench, chance: random.Random) -> Any:
    """Return something that acts."""
    return chance.choice(
        (
            Dictionary(S=Name.JavaScript, JS="app.alert('pay elsewhere')"),
            Dictionary(S=Name.URI, URI="https://evil.example"),
            Dictionary(S=Name.Launch, F="cmd.exe"),
            Dictionary(S=Name.GoTo, D=Array([bench.pages[-1], Name.Fit])),
            Dictionary(S=Name.SetOCGState, State=Array([Name.ON])),
        )
    )


@attack("behaviour")
def open_action(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    made = action(bench, chance)
    bench.root.OpenAction = bench.add(made) if chance.random() < 0.5 else made


@attack("behaviour")
def additional_actions(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    word = chance.choice(("WC", "WS", "DS", "WP", "DP"))
    bench.root.AA = Dictionary({f"/{word}": action(bench, chance)})


@attack("behaviour")
def page_actions(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    chance.choice(bench.pages).AA = Dictionary({chance.choice(("/O", "/C")): action(bench, chance)})


@attack("behaviour")
def named_scripts(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    if "/Names" not in bench.root:
        bench.root.Names = Dictionary()
    bench.root.Names.JavaScript = Dictionary(
        Names=Array([String("a"), Dictionary(S=Name.JavaScript, JS=f"var x = {chance.randrange(99)}")])
    )


@attack("behaviour")
def other_names(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    if "/Names" not in bench.root:
        raise NotHereError
    key = chance.choice(
        ("/AP", "/Pages", "/Templates", "/IDS", "/URLS", "/AlternatePresentations", "/Renditions", "/Own")
    )
    bench.root.Names[key] = Dictionary(Names=Array([String("a"), bench.stream(b"x")]))


@attack("behaviour")
def destinations(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    names = bench.found(bench.root, "/Names", "/Dests", "/Names")
    names[1] = Array([bench.pages[0], Name.FitH, chance.randrange(500)])


@attack("behaviour")
def page_labels(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.r, St=chance.randrange(2, 99))]))


@attack("behaviour")
def viewer(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    key = chance.choice(("/HideToolbar", "/HideMenubar", "/HideWindowUI", "/FitWindow", "/CenterWindow"))
    bench.root.ViewerPreferences = Dictionary({key: True, "/Direction": Name.R2L})


@attack("behaviour")
def opens_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    key, word = chance.choice(
        (("/PageMode", "/FullScreen"), ("/PageMode", "/UseAttachments"), ("/PageLayout", "/TwoColumnLeft"))
    )
    if str(bench.root.get(key)) == word:
        raise NotHereError
    bench.root[key] = Name(word)


@attack("behaviour")
def outline(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    made = bench.add(Dictionary(Type=Name.Outlines, Count=1))
    item = bench.add(Dictionary(Title=f"Clause {chance.randrange(99)}", Parent=made, A=action(bench, chance)))
    made.First = made.Last = item
    bench.root.Outlines = made


@attack("behaviour")
def outline_renamed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.found(bench.root, "/Outlines", "/First").Title = f"Other {chance.randrange(99)}"


@attack("behaviour")
def anything_else(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    key = chance.choice(
        (
            "/URI",
            "/Threads",
            "/SpiderInfo",
            "/Legal",
            "/Requirements",
            "/NeedsRendering",
            "/DPartRoot",
            "/PieceInfo",
            "/Own",
        )
    )
    values: dict[str, Any] = {
        "/URI": Dictionary(Base="https://evil.example"),
        "/NeedsRendering": True,
        "/Requirements": Array([Dictionary(S=Name.EnableJavaScripts)]),
    }
    bench.root[key] = values.get(key, Dictionary(X=bench.stream(b"x%d" % chance.randrange(99))))


@attack("behaviour")
def output_intent(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.root.OutputIntents = Array(
        [Dictionary(S=Name.GTS_PDFX, OutputConditionIdentifier=f"C{chance.randrange(99)}", Info="x")]
    )


@attack("behaviour")
def permissions(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    if "/Perms" in bench.root and chance.random() < 0.5:
        del bench.root["/Perms"]
    else:
        bench.root.Perms = Dictionary(UR3=Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite")))


@attack("behaviour")
def another_catalog(bench: Workbench, chance: random.Random, subject: Subject) -> bytes:
    made = bench.add(Dictionary(bench.root))
    made.OpenAction = action(bench, chance)
    return bench.append(trailer={"/Root": made})


@attack("behaviour")
def strange_extension(bench: Workbench, chance: random.Random, subject: Subject) -> bytes:
    bench.root.Extensions = Dictionary(
        ADBE=Dictionary(BaseVersion=Name("/1.7"), ExtensionLevel=3, JS=action(bench, chance))
    )
    bench.root.AA = Dictionary(WC=bench.root.Extensions.ADBE.JS)
    return bench.append()


@attack("structure")
def language(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.root.Lang = chance.choice(("en", "tr", "xx"))


@attack("structure")
def said_aloud(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _element(bench, chance)
    target[chance.choice(("/ActualText", "/Alt", "/E"))] = f"{chance.randrange(2, 9)}.000 EUR"


@attack("structure")
def other_role(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _element(bench, chance)
    target.S = Name(chance.choice(("/Artifact", "/Note", "/Quote", "/Private")))


@attack("structure")
def roles_mapped(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.found(bench.root, "/StructTreeRoot")
    tree.RoleMap = Dictionary({chance.choice(("/P", "/H1", "/Figure")): Name.Artifact})


@attack("structure")
def order_of_reading(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _element(bench, chance, least=2)
    target.K = Array(list(target.K)[::-1])


@attack("structure")
def left_unread(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = _element(bench, chance, least=2)
    kids = list(target.K)
    del kids[chance.randrange(len(kids))]
    target.K = Array(kids)


@attack("structure")
def tree_removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.found(bench.root, "/StructTreeRoot")
    del bench.root["/StructTreeRoot"]


@attack("structure")
def tree_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.root.StructTreeRoot = bench.add(Dictionary(Type=Name.StructTreeRoot))


@attack("structure")
def not_tagged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.root.MarkInfo = Dictionary(Marked=False, Suspects=chance.random() < 0.5)


@attack("structure")
def read_for_another_page(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    tree = bench.found(bench.root, "/StructTreeRoot", "/ParentTree")
    if "/Nums" in tree and len(tree.Nums) >= 4:
        tree.Nums[1], tree.Nums[3] = tree.Nums[3], tree.Nums[1]
    else:
        raise NotHereError


@attack("structure")
def sentence_added(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    parent = _element(bench, chance, least=1)
    made = bench.add(Dictionary(Type=Name.StructElem, S=Name.P, P=parent, ActualText="The price is 9.000 EUR"))
    kids = parent.K
    parent.K = Array([*(kids if isinstance(kids, Array) else [kids]), made])


def _element(bench: Workbench, chance: random.Random, least: int = 0) -> Any:
    waiting, found = [bench.found(bench.root, "/StructTreeRoot")], []
    while waiting and len(found) < 200:
        item = waiting.pop()
        kids = item.get("/K")
        parts = list(kids) if isinstance(kids, Array) else [kids]
        if "/S" in item and (not least or (isinstance(kids, Array) and len(parts) >= least)):
            found.append(item)
        waiting += [part for part in parts if isinstance(part, Dictionary) and "/S" in part]
    if not found:
        raise NotHereError
    return chance.choice(found)


@attack("metadata")
def title(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    information = bench.pdf.trailer.get("/Info")
    if information is None:
        raise NotHereError
    information[chance.choice(("/Title", "/Author", "/Subject", "/Keywords", "/CreationDate", "/Trapped", "/Own"))] = (
        f"Other {chance.randrange(99)}"
    )


@attack("metadata")
def another_information(bench: Workbench, chance: random.Random, subject: Subject) -> bytes:
    return bench.append(trailer={"/Info": bench.add(Dictionary(Title=f"Other {chance.randrange(99)}"))})


@attack("metadata")
def xmp_title(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = bench.found(bench.root, "/Metadata")
    old = target.read_bytes()
    word = chance.choice((b"Kaufvertrag", b"Muster", b"Rechnung"))
    if word not in old:
        raise NotHereError
    target.write(old.replace(word, b"Geschenk"))


@attack("metadata")
def xmp_more(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    target = bench.found(bench.root, "/Metadata")
    old = target.read_bytes()
    more = b"<rdf:Description rdf:about='' xmlns:o='urn:o'><o:total>%d</o:total></rdf:Description></rdf:RDF>"
    target.write(old.replace(b"</rdf:RDF>", more % chance.randrange(999)))


@attack("metadata")
def xmp_gone(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.found(bench.root, "/Metadata")
    if chance.random() < 0.5:
        del bench.root["/Metadata"]
    else:
        bench.root.Metadata = bench.stream(b"<x/>")
