// Graph's faults as switches, and the calls that the bot made.

import { post, remove } from "./api.js";
import { h } from "./dom.js";
import { attempt, section } from "./portal-parts.js";
import { books, when } from "./portal-store.js";

const SWITCHES = [
  ["throttled", "Too many requests (429)", "Every call is told to come back in 5 seconds", { status: 429, code: "TooManyRequests", message: "Too many requests", retryAfter: 5 }],
  ["down", "Unavailable (503)", "No call is answered", { status: 503, code: "ServiceUnavailable", message: "The service is unavailable" }],
  ["refused", "Refuses changes (403)", "Reading works; what people do in chat is refused", { status: 403, code: "Forbidden", message: "Missing application scopes: SecurityAlert.ReadWrite.All", method: "PATCH" }],
  ["lost", "Answers get lost", "A change takes effect, and the bot never hears of it", { drop: "after", method: "PATCH" }],
];

export function drawGraph(item, reload) {
  const toggle = ([name, label, what, fault]) => {
    const key = `graph ${name}`;
    const box = h("input", {
      type: "checkbox", id: `fault-${name}`, "aria-describedby": `about-${name}`,
      onchange: () => attempt(() => (box.checked ? post("fault", { on: "graph", name: key, ...fault }) : remove(`fault?name=${encodeURIComponent(key)}`)), [], "", reload),
    });
    box.checked = books.faults.some((one) => one.name === key);
    return h("li", {}, h("label", { class: "check" }, box, label), h("div", { class: "small quiet", id: `about-${name}` }, what));
  };
  item.replaceChildren(
    h("header", { class: "title" }, h("div", {}, h("h1", {}, "Microsoft Graph"), h("div", { class: "quiet small" }, "The way between Defender and the chat"))),
    section("Faults", h("ul", { class: "plain switches" }, SWITCHES.map(toggle))),
    section("What the bot called", books.calls.length ? h("ol", { class: "calls", tabindex: "0", "aria-label": "Calls to Graph" }, books.calls.map(row)) : h("p", { class: "quiet" }, "Nothing yet")),
  );
}

function row(call) {
  const status = call.dropped ? `cut ${call.dropped}` : String(call.status);
  return h("li", {}, h("span", { class: "quiet" }, when(call.when)), h("span", {}, call.method), h("span", { class: "where", title: call.path }, call.path.replace("/v1.0/", "")),
    h("span", { class: `answer${call.status >= 400 || !call.status ? " bad" : ""}` }, status));
}
