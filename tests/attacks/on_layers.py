"""Attacks on layers: what was off comes on, what was on goes off, by whatever switch."""

from __future__ import annotations

import random
from typing import Any

from pikepdf import Array, Dictionary, Name

from tests.attacks.register import attack
from tests.attacks.subjects import Subject
from tests.attacks.workbench import Workbench


def _layers(bench: Workbench) -> tuple[Any, Any, Any]:
    properties = bench.found(bench.root, "/OCProperties")
    return properties, properties.OCGs[0], properties.OCGs[1]


@attack("picture")
def switched(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    properties, shown, hidden = _layers(bench)
    config = properties.D
    way = chance.randrange(4)
    if way == 0:
        config.OFF, config.ON = Array([]), Array([shown, hidden])
    elif way == 1:
        config.OFF = Array([shown, hidden])
        config.ON = Array([])
    elif way == 2:
        config.ON, config.OFF = Array([hidden]), Array([shown])
    else:
        config.OFF = Array([])


@attack("picture")
def config_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    properties, shown, hidden = _layers(bench)
    properties.D = Dictionary(ON=Array([hidden]), OFF=Array([shown]))


@attack("picture")
def layers_exchanged(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _, shown, hidden = _layers(bench)
    bench.root.OCProperties = Dictionary(OCGs=Array([shown, hidden]), D=Dictionary(OFF=Array([shown])))


@attack("picture")
def layers_removed(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _layers(bench)
    del bench.root["/OCProperties"]


@attack("picture")
def properties_swapped(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    properties = bench.found(bench.pages[0], "/Resources", "/Properties")
    properties.L1, properties.L2 = properties.L2, properties.L1


@attack("behaviour")
def automatic(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    properties, shown, hidden = _layers(bench)
    word = chance.choice(("View", "Print", "Export"))
    target = chance.choice((shown, hidden))
    target.Usage = Dictionary({f"/{word}": Dictionary({f"/{word}State": Name.ON if target is hidden else Name.OFF})})
    properties.D.AS = Array(
        [Dictionary(Event=Name(f"/{word}"), Category=Array([Name(f"/{word}")]), OCGs=Array([target]))]
    )


@attack("behaviour")
def named_otherwise(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    chance.choice(_layers(bench)[1:]).Name = f"Layer {chance.randrange(99)}"


@attack("behaviour")
def more_configs(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    properties, shown, hidden = _layers(bench)
    properties.Configs = Array([Dictionary(Name="Other", ON=Array([hidden]), OFF=Array([shown]))])


@attack("behaviour")
def order_and_radio(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    properties, shown, hidden = _layers(bench)
    if chance.random() < 0.5:
        properties.D.RBGroups = Array([Array([shown, hidden])])
    else:
        properties.D.Order = Array([hidden, shown])


@attack("picture")
def layer_becomes_rule(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _, shown, hidden = _layers(bench)
    bench.pages[0].Resources.Properties.L1 = bench.add(
        Dictionary(Type=Name.OCMD, OCGs=Array([shown, hidden]), P=Name.AllOn)
    )


@attack("picture")
def drawing_put_on_layer(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _, _, hidden = _layers(bench)
    bench.found(bench.pages[0], "/Resources", "/XObject", chance.choice(("/Draw", "/Pic"))).OC = hidden


@attack("behaviour")
def remark_put_on_layer(bench: Workbench, chance: random.Random, subject: Subject) -> None:
    _, _, hidden = _layers(bench)
    remarks = [item for item in bench.pages[0].Annots if item.get("/Subtype") in ("/Square", "/Widget")]
    chance.choice(remarks).OC = hidden
