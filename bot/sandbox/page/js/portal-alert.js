// One alert of Defender's, with the forms to change it.

import { post } from "./api.js";
import { h } from "./dom.js";
import { attempt, back, button, choice, comments, log, nothing, people, section, textField } from "./portal-parts.js";
import { books, me, verdict, verdicts, words } from "./portal-store.js";

export function drawAlert(item, go, reload) {
  const alert = books.alerts.find((one) => one.id === books.at.alerts);
  if (!alert) {
    nothing(item, books.alerts.length ? "Choose an alert." : "Defender has no alert yet.");
    return;
  }
  const change = (body, fields, done) => attempt(() => post("portal", { as: books.me, alert: alert.id, ...body }), fields, done, reload);
  item.replaceChildren(
    h("header", { class: "title" }, back(go), h("div", {}, h("h1", {}, alert.title), h("div", { class: "quiet small" }, about(alert)))),
    manage(alert, change), investigation(alert, change), incident(alert, change, go), comments(alert.comments),
    log(books.log.filter((one) => one.alert === alert.id)),
  );
}

function about(alert) {
  return [`${words.severity[alert.severity] ?? alert.severity} severity`, alert.productName ?? alert.serviceSource, alert.id].filter(Boolean).join(" · ");
}

function manage(alert, change) {
  const at = alert.id;
  const status = choice(at, "Status", alert.status, [["", ["new", "inProgress", "resolved"].map((one) => [one, words.status[one]])]]);
  const assigned = choice(at, "Assigned to", alert.assignedTo ?? "", people());
  const classified = choice(at, "Classification", verdict(alert), verdicts());
  const comment = textField(at, "Comment", "", { rows: 2, placeholder: "Say something about it" });
  const fields = [status, assigned, classified, comment];
  const save = () => {
    const changes = {};
    if (status.changed()) changes.status = status.value();
    if (assigned.changed()) changes.assignedTo = assigned.value() || null;
    if (classified.changed()) [changes.classification, changes.determination] = classified.value().split("/");
    if (!Object.keys(changes).length && !comment.value()) return;
    change({ changes, comment: comment.value() }, fields, "Saved");
  };
  return section("Manage alert", h("div", { class: "fields" }, status.element, assigned.element, classified.element), comment.element,
    h("div", { class: "row" }, button(`Save as ${me().name.split(" ")[0]}`, save, { class: "button primary", id: "save" })));
}

// The bot must not take what Defender does by itself for something that a person did.
function investigation(alert, change) {
  const state = words.investigation[alert.investigationState] ?? alert.investigationState ?? "None";
  const go = (changes) => () => change({ changes, by_investigation: true }, [], "");
  return section("Automated investigation", h("p", {}, state), h("div", { class: "row" },
    button("Investigate", go({ investigationState: "running" })),
    button("Wait for approval", go({ investigationState: "pendingApproval" })),
    button("Remediate and resolve", go({ investigationState: "successfullyRemediated", status: "resolved" }))));
}

function incident(alert, change, go) {
  const mine = books.incidents.find((one) => one.id === alert.incidentId);
  const others = books.incidents.filter((one) => one.id !== alert.incidentId && !one.redirectIncidentId);
  const target = choice(alert.id, "Move to", "", [["", [["", "Choose an incident"], ["new", "A new incident"], ...others.map((one) => [one.id, `${one.id} · ${one.displayName}`])]]]);
  const move = button("Move", () => { if (target.value()) change({ move: target.value() }, [target], "Moved"); });
  const where = mine ? h("button", { type: "button", class: "link", onclick: () => go("incidents", mine.id) }, `${mine.id} · ${mine.displayName}`) : "In no incident";
  return section("Incident", h("p", {}, where), h("div", { class: "row bottom" }, target.element, move));
}
