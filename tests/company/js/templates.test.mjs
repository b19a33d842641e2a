import assert from "node:assert/strict";
import { test } from "node:test";
import * as geometry from "../../../web/static/company/templates/geometry.mjs";
import { DEPTH, History } from "../../../web/static/company/templates/history.mjs";
import * as model from "../../../web/static/company/templates/model.mjs";

const A4 = [595, 842];
const SIZES = [A4, [842, 595]];
const near = (one, other) => assert.ok(Math.abs(one - other) < 1e-9, `${one} is not ${other}`);
const at = (left, top, width = 40, height = 10) => ({ left, top, width, height });
const words = { default_amount: "Betrag", default_date: "Datum", default_choice: "Auswahl", yes: "ja", no: "nein" };
const description = {
  v: "esign-page-template/1", name: "Rahmen", lang: "de", parties: 2,
  variables: [
    { name: "fee", label: "Entgelt", type: "money", example: 777 },
    { name: "who", label: "Name", type: "text", from: "signatory-1.name" },
    { name: "mail", label: "Werbung", type: "choice", choices: ["ja", "nein"], required: false },
    { name: "start", label: "Beginn", type: "date" },
  ],
  placements: [
    { kind: "text", page: 1, box: [60, 500, 300, 520.25], text: "Kunde: {who}", size: 9.5, max_lines: 2, align: "left" },
    { kind: "text", page: 1, box: [60, 470, 300, 490], text: "{fee}", size: 10, align: "right" },
    { kind: "date", page: 2, box: [60, 500, 200, 520], variable: "start", size: 10 },
    { kind: "check", page: 2, box: [60, 450, 74, 464], variable: "mail", equals: "ja" },
    { kind: "signature", page: 2, box: [60, 100, 290, 166], party: "signatory-1" },
    { kind: "signature", page: 2, box: [300, 100, 530, 166], party: "company" },
  ],
};

test("what is read and written again is the same to the hundredth", () => {
  const again = model.written(model.read(description, SIZES), SIZES);
  assert.deepEqual(again, description);
});

test("millimetres and points agree in both directions", () => {
  for (let number = 0; number < 2000; number++) {
    const box = [number / 7, 3 + number / 9, 300 + number / 11, 400 + number / 13].map((each) => Math.round(each * 100) / 100);
    assert.deepEqual(geometry.boxOf(geometry.placeOf(box, A4), A4), box);
  }
});

test("nothing leaves the page, however far it is moved or pulled", () => {
  for (const [x, y] of [[1e9, 1e9], [-1e9, -1e9], [5, -1e9], [0.001, 0]]) {
    const place = geometry.moved(at(20, 20), x, y, A4);
    assert.ok(geometry.isInside(place, A4));
    near(place.width, 40);
    for (const edges of ["n", "e", "s", "w", "nw", "se"]) {
      const pulled = geometry.resized(at(20, 20), edges, x, y, A4);
      assert.ok(geometry.isInside(pulled, A4));
      assert.ok(pulled.width >= geometry.SMALLEST - 1e-9 && pulled.height >= geometry.SMALLEST - 1e-9);
    }
  }
  const huge = geometry.kept(at(0, 0, 1e6, 1e6), A4);
  assert.ok(geometry.isInside(huge, A4));
});

test("a pulled edge leaves the opposite one where it is", () => {
  const pulled = geometry.resized(at(20, 30), "nw", 5, 3, A4);
  assert.deepEqual(pulled, { left: 25, top: 33, width: 35, height: 7 });
});

test("snapping takes the nearest edge or middle and says where the lines are", () => {
  const others = [at(50, 100)];
  const found = geometry.snapped(at(49, 60), others, A4, 2);
  near(found.place.left, 50);
  near(found.place.top, 60);
  assert.deepEqual(found.guides, [{ axis: "x", at: 50 }]);
  assert.deepEqual(geometry.snapped(at(45, 60), others, A4, 2).guides, []);
  const pulled = geometry.snapped(at(10, 10, 79.5, 20), others, A4, 2, "e");
  near(pulled.place.left, 10);
  near(pulled.place.width, 80);
});

test("a new field looks for a free place", () => {
  const place = geometry.free(at(20, 20), [at(20, 20), at(20, 31)], A4);
  assert.ok(!geometry.overlap(place, at(20, 20)) && !geometry.overlap(place, at(20, 31)));
  assert.equal(place.left, 20);
});

test("lengths are digits with a comma or full stop; nothing else is a number", () => {
  assert.equal(geometry.typed("21,5"), 21.5);
  assert.equal(geometry.typed(" 7 "), 7);
  for (const text of ["", "NaN", "Infinity", "1e9", "-3", "0x10", "1,2,3", "99999", "٣", "{{7*7}}"]) {
    assert.equal(geometry.typed(text), null, text);
  }
  assert.equal(geometry.shown(21.504, "de"), "21,5");
  assert.equal(geometry.shown(21.504, "en"), "21.5");
});

test("undo goes back, redo forward, a new step forgets what was undone", () => {
  const history = new History("a");
  history.push("b");
  history.push("c");
  assert.ok(history.undo() && history.undo() && !history.undo());
  assert.equal(history.now, "a");
  assert.ok(history.redo());
  history.push("d");
  assert.ok(!history.redo());
  assert.equal(history.now, "d");
  history.undo();
  assert.equal(history.now, "b");
});

test("steps of the same kind in a row are one, and the history has an end", () => {
  const history = new History(0);
  for (let number = 1; number <= 5; number++) history.push(number, "move 1", number * 100);
  history.push(6, "move 1", 5000);
  history.undo();
  assert.equal(history.now, 5);
  history.undo();
  assert.equal(history.now, 0);
  for (let number = 1; number <= DEPTH * 2; number++) history.push(number + 100);
  assert.equal(history.states.length, DEPTH);
});

test("what is saved is not changed, and is changed after a step", () => {
  const history = new History("a");
  assert.equal(history.changed, false);
  history.push("b");
  assert.equal(history.changed, true);
  history.undo();
  assert.equal(history.changed, false);
});

test("a kind that needs a variable takes one of its type or brings one", () => {
  const template = model.read(description, SIZES);
  const { template: next, field } = model.added(template, "amount", 1, at(10, 10), words);
  assert.equal(field.variable, "fee");
  assert.equal(next.variables.length, template.variables.length);
  const empty = { ...template, variables: [], fields: [] };
  const check = model.added(empty, "check", 1, at(10, 10, 5, 5), words);
  assert.deepEqual(check.template.variables.map((each) => [each.name, each.type, each.choices]), [["auswahl", "choice", ["ja", "nein"]]]);
  assert.equal(check.field.equals, "ja");
  assert.equal(model.added(template, "signature", 1, at(10, 10, 70, 20), words).field.party, "signatory-2");
});

test("a variable's new name is followed by all who use it, to the letter", () => {
  const template = model.read(description, SIZES);
  const fee = template.variables[0];
  const next = model.changedVariable(template, fee.id, { name: "price" });
  assert.equal(next.fields[1].variable, "price");
  const who = model.changedVariable(template, template.variables[1].id, { name: "customer.name" });
  assert.equal(who.fields[0].text, "Kunde: {customer.name}");
  assert.equal(template.fields[0].text, "Kunde: {who}");
});

test("free names are short names that no variable has", () => {
  const template = model.read(description, SIZES);
  assert.equal(model.freeName(template, "Größe des Fußes!"), "groesse_des_fusses");
  assert.equal(model.freeName(template, "fee"), "fee_2");
  assert.match(model.freeName(template, "1234 ***"), model.NAME);
});

const kinds = (template) => model.problems(template, SIZES).filter((each) => each.serious).map((each) => each.kind);

test("a good template has no serious problem", () => {
  const template = model.read(description, SIZES);
  assert.deepEqual(kinds(template), []);
  assert.deepEqual(model.problems(template, SIZES).map((each) => [each.kind, each.number]), [["no_signature", 2]]);
});

test("every mistake is told", () => {
  const template = model.read(description, SIZES);
  const [words_, amount, , check, signature] = template.fields;
  const told = (field, change) => kinds(model.changed(template, field.id, change));
  assert.deepEqual(told(words_, { left: 200 }), ["outside"]);
  assert.deepEqual(told(words_, { text: "{nobody}" }), ["unknown"]);
  assert.deepEqual(told(words_, { text: " " }), ["empty"]);
  assert.deepEqual(told(amount, { variable: "start" }), ["no_variable"]);
  assert.deepEqual(told(check, { equals: "vielleicht" }), ["equals"]);
  assert.deepEqual(told(signature, { width: 20 }), ["signature_size"]);
  assert.deepEqual(told(signature, { party: "signatory-3" }), ["party"]);
  assert.deepEqual(told(signature, { kind: "seal" }), ["twice"]);
  assert.deepEqual(told(check, { left: signature.left, top: signature.top }), ["signature_overlap"]);
});

test("words in braces that are no short name are words", () => {
  const template = model.read(description, SIZES);
  const next = model.changed(template, template.fields[0].id, { text: "{{7*7}} {customer.__class__} {A} {who}" });
  assert.deepEqual(kinds(next), []);
});
