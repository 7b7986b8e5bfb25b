// The left side: tabs, a filter, and the list of Defender's alerts or incidents.

import { get, post } from "./api.js";
import { h, menuButton, toast } from "./dom.js";
import { books, when, who, words } from "./portal-store.js";

const TABS = [["alerts", "Alerts"], ["incidents", "Incidents"], ["graph", "Graph"]];

export function drawBooks(list, go, draw) {
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Defender's books" }, TABS.map(([key, label]) => h("button", {
    type: "button", role: "tab", id: `tab-${key}`, "aria-selected": String(books.tab === key), onclick: () => go(key, undefined, "list"),
  }, label, books.counts[key] ? h("span", { class: "quiet small" }, String(books.counts[key])) : null)));
  list.replaceChildren(tabs);
  if (books.tab === "graph") list.append(aboutGraph());
  else list.append(filters(draw), entries(go));
}

function aboutGraph() {
  return h("div", { class: "about" }, h("p", {}, `${books.app} reads and changes Defender through Microsoft Graph. Here Graph can be made to fail.`));
}

function filters(draw) {
  const text = h("input", { class: "field", id: "filter", type: "search", "aria-label": "Filter", placeholder: books.tab === "alerts" ? "Title, person, service, id" : "Name, person, number",
    oninput: (event) => { books.words = event.target.value; draw(); } });
  text.value = books.words;
  const kinds = books.tab === "alerts" ? ["new", "inProgress", "resolved"] : ["active", "inProgress", "resolved", "redirected"];
  const status = h("select", { class: "field", id: "filter-status", "aria-label": "Status", onchange: (event) => { books.status = event.target.value; draw(); } },
    h("option", { value: "" }, "Any status"), kinds.map((kind) => h("option", { value: kind, selected: kind === books.status }, words.status[kind])));
  const row = h("div", { class: "filters" }, text, status);
  if (books.tab === "alerts") row.append(newAlert());
  return row;
}

function newAlert() {
  const button = h("button", { type: "button", class: "button primary", id: "new-alert" }, "New alert");
  const kinds = () => books.samples.map((sample) => ({ content: [h("span", { class: `dot ${sample.severity}` }), h("span", {}, sample.title)], run: () => raise(sample.id) }));
  button.addEventListener("pointerenter", known, { once: true });
  button.addEventListener("focus", known, { once: true });
  return menuButton(button, "New alert of Defender", () => [{ note: "Defender raises it by itself" }, ...kinds()]);
}

books.samples = [];
async function known() {
  if (!books.samples.length) books.samples = (await get("samples")).samples.filter((sample) => sample.source === "graph");
}
known();

async function raise(kind) {
  try {
    const { samples } = await get("samples");
    const { payload } = samples.find((sample) => sample.id === kind);
    await post("defender", { alerts: [payload] });
    toast(`Raised. ${books.app} finds it when it asks Defender next`);
  } catch (error) {
    toast(error.message);
  }
}

function entries(go) {
  const isAlerts = books.tab === "alerts";
  const found = (isAlerts ? books.alerts : books.incidents).filter((one) => fits(one));
  const rows = found.map((one) => h("li", {}, h("button", {
    type: "button", class: "entry", "aria-current": one.id === books.at[books.tab] ? "true" : null, dataset: { id: one.id }, onclick: () => go(books.tab, one.id),
  }, h("span", { class: `dot ${one.severity}` }), h("span", { class: "name" }, isAlerts ? one.title : one.displayName),
  h("span", { class: `status ${one.status}` }, words.status[one.status] ?? one.status),
  h("span", { class: "small quiet more" }, isAlerts ? aboutAlert(one) : aboutIncident(one)))));
  if (!rows.length) rows.push(h("li", { class: "none quiet" }, books.counts[books.tab] ? "Nothing fits the filter" : "Nothing here yet. Alerts of the feed appear here, too."));
  return h("ul", { class: "entries", "aria-label": isAlerts ? "Alerts" : "Incidents" }, rows);
}

const aboutAlert = (one) => [who(one.assignedTo), one.incidentId ? `incident ${one.incidentId}` : null, when(one.lastUpdateDateTime)].filter(Boolean).join(" · ");

function aboutIncident(one) {
  if (one.redirectIncidentId) return `${one.id} · part of ${one.redirectIncidentId}`;
  const count = books.alerts.filter((alert) => alert.incidentId === one.id).length;
  return [one.id, who(one.assignedTo), count === 1 ? "1 alert" : `${count} alerts`, when(one.lastUpdateDateTime)].join(" · ");
}

function fits(one) {
  if (books.status && one.status !== books.status) return false;
  const text = [one.id, one.title, one.displayName, one.assignedTo, who(one.assignedTo), one.productName, one.serviceSource].join(" ").toLowerCase();
  return books.words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
