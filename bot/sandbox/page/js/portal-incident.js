// One incident of Defender's, with the forms to change it.

import { post } from "./api.js";
import { h } from "./dom.js";
import { attempt, back, button, choice, comments, log, nothing, people, section, textField } from "./portal-parts.js";
import { books, me, verdict, verdicts, words } from "./portal-store.js";

export function drawIncident(item, go, reload) {
  const incident = books.incidents.find((one) => one.id === books.at.incidents);
  if (!incident) {
    nothing(item, books.incidents.length ? "Choose an incident." : "Defender has no incident yet.");
    return;
  }
  const change = (body, fields, done) => attempt(() => post("portal/incident", { as: books.me, incident: incident.id, ...body }), fields, done, reload);
  const parts = incident.redirectIncidentId ? [merged(incident, go)] : [manage(incident, change), merging(incident, change)];
  item.replaceChildren(
    h("header", { class: "title" }, back(go), h("div", {}, h("h1", {}, incident.displayName),
      h("div", { class: "quiet small" }, `Incident ${incident.id} · ${words.status[incident.status] ?? incident.status}`))),
    ...parts, alerts(incident, go), comments(incident.comments),
    log(books.log.filter((one) => one.incident === incident.id)),
  );
}

function merged(incident, go) {
  const target = incident.redirectIncidentId;
  return section("Merged", h("p", {}, "It is part of ", h("button", { type: "button", class: "link", onclick: () => go("incidents", target) }, `incident ${target}`), " now."));
}

function manage(incident, change) {
  const at = `incident ${incident.id}`;
  const name = textField(at, "Name", incident.displayName);
  const status = choice(at, "Status", incident.status, [["", ["active", "inProgress", "awaitingAction", "resolved"].map((one) => [one, words.status[one]])]]);
  const assigned = choice(at, "Assigned to", incident.assignedTo ?? "", people());
  const classified = choice(at, "Classification", verdict(incident), verdicts());
  const comment = textField(at, "Comment", "", { rows: 2, placeholder: "Say something about it" });
  const fields = [name, status, assigned, classified, comment];
  const save = () => {
    const changes = {};
    if (name.changed() && name.value()) changes.displayName = name.value();
    if (status.changed()) changes.status = status.value();
    if (assigned.changed()) changes.assignedTo = assigned.value() || null;
    if (classified.changed()) [changes.classification, changes.determination] = classified.value().split("/");
    if (!Object.keys(changes).length && !comment.value()) return;
    change({ changes, comment: comment.value() }, fields, "Saved");
  };
  return section("Manage incident", name.element, h("div", { class: "fields" }, status.element, assigned.element, classified.element), comment.element,
    h("div", { class: "row" }, button(`Save as ${me().name.split(" ")[0]}`, save, { class: "button primary", id: "save" })));
}

function merging(incident, change) {
  const others = books.incidents.filter((one) => one.id !== incident.id && !one.redirectIncidentId);
  const other = choice(`incident ${incident.id}`, "Merge with", "", [["", [["", "Choose an incident"], ...others.map((one) => [one.id, `${one.id} · ${one.displayName}`])]]]);
  const merge = button("Merge", () => { if (other.value()) change({ merge: [other.value()] }, [other], "Merged"); });
  return section("Merge incidents", h("div", { class: "row bottom" }, other.element, merge));
}

function alerts(incident, go) {
  const its = books.alerts.filter((one) => one.incidentId === incident.id);
  const rows = its.map((one) => h("li", {}, h("button", { type: "button", class: "link", onclick: () => go("alerts", one.id) }, one.title), h("span", { class: "quiet small" }, ` ${words.status[one.status]}`)));
  return section("Alerts", rows.length ? h("ul", { class: "plain" }, rows) : h("p", { class: "quiet" }, "None"));
}
