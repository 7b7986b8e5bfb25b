// Parts of the forms: fields that remember what was begun, comments, and what happened.

import { h, iconButton, toast } from "./dom.js";
import { books, when } from "./portal-store.js";

// A choice. What differs from Defender's own value is kept until it is saved.
export function choice(at, label, value, groups) {
  const key = `${at}/${label}`;
  const wanted = books.draft[key] ?? value;
  const known = groups.some(([, options]) => options.some(([one]) => one === value));
  const all = known ? groups : [["", [[value, value]]], ...groups];
  const draw = ([one, name]) => h("option", { value: one, selected: one === wanted }, name);
  const select = h("select", { class: "field", id: key.replaceAll(" ", "-"), onchange: () => { keep(key, select.value, value); } },
    all.flatMap(([group, options]) => (group ? [h("optgroup", { label: group }, options.map(draw))] : options.map(draw))));
  return { element: labelled(label, select), key, value: () => select.value, changed: () => select.value !== value };
}

export function textField(at, label, value, { rows = 0, placeholder = "" } = {}) {
  const key = `${at}/${label}`;
  const options = { class: "field", id: key.replaceAll(" ", "-"), placeholder, oninput: () => keep(key, field.value, value) };
  const field = rows ? h("textarea", { ...options, rows: String(rows) }) : h("input", { ...options, type: "text" });
  field.value = books.draft[key] ?? value;
  return { element: labelled(label, field), key, value: () => field.value.trim(), changed: () => field.value.trim() !== value };
}

const labelled = (label, field) => h("div", { class: "labelled" }, h("label", { for: field.id }, label), field);

function keep(key, wanted, value) {
  if (wanted === value) delete books.draft[key];
  else books.draft[key] = wanted;
}

export const people = () => [["", [["", "Nobody"], ...books.people.map((p) => [p.upn, p.name])]]];

// Runs a call; what was drafted is forgotten once it succeeded.
export async function attempt(work, fields, done, reload) {
  try {
    await work();
    for (const field of fields) delete books.draft[field.key];
    if (done) toast(done);
    await reload();
  } catch (error) {
    toast(error.message);
  }
}

export const button = (label, onclick, more = {}) => h("button", { type: "button", class: "button", onclick, ...more }, label);

export const section = (title, ...parts) => h("section", {}, h("h2", {}, title), ...parts);

export const back = (go) => iconButton("back", "Back to the list", () => go(books.tab, undefined, "list"), { class: "icon-button back" });

export function nothing(item, text) {
  item.replaceChildren(h("div", { class: "nothing quiet" }, h("p", {}, text)));
}

export function comments(all) {
  const shown = (all ?? []).map((one) => h("li", {}, h("div", { class: "small quiet" }, `${one.createdByDisplayName} · ${when(one.createdDateTime)}`), h("div", { class: "words" }, one.comment)));
  return section("Comments", shown.length ? h("ul", { class: "notes" }, shown) : h("p", { class: "quiet" }, "None yet"));
}

export function log(all) {
  const shown = all.slice(0, 30).map((one) => h("li", {}, h("span", { class: "quiet small" }, when(one.at)), h("span", {}, h("b", {}, one.by), " ", one.what)));
  return section("Activity log", shown.length ? h("ul", { class: "log" }, shown) : h("p", { class: "quiet" }, "Nobody has changed it yet"));
}
