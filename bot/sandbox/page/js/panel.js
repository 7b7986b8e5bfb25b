// The controls of the sandbox: alerts, feed, clock, faults, journal, reset.

import { get, post, remove } from "./api.js";
import { h, iconButton, toast } from "./dom.js";
import { here, me, now, store, title } from "./store.js";

let drawing = new AbortController(); // ends the listeners and the ticking of the last drawing

export function drawPanel(panel, close) {
  drawing.abort();
  drawing = new AbortController();
  panel.replaceChildren(
    h("div", { class: "top" }, h("h2", {}, "Sandbox controls"), iconButton("close", "Close the controls", close)),
    settings(), alerts(), feed(panel), clock(panel), faults(), journal(panel), resetting(),
  );
}

async function attempt(work, done) {
  try {
    const answer = await work();
    if (done) toast(typeof done === "function" ? done(answer) : done);
    return answer;
  } catch (error) {
    toast(error.message);
    return null;
  }
}

const LANGUAGES = [["en-GB", "English"], ["de-DE", "Deutsch"], ["fr-FR", "Français"]];
const ZONES = ["UTC", "Europe/London", "Europe/Berlin", "Europe/Madrid", "Europe/Stockholm", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo"];

function settings() {
  const { key, name, locale, timezone } = me();
  const select = (label, field, options, now) => h("label", {}, label, h("select", {
    class: "field", onchange: (event) => attempt(() => post("settings", { as: key, [field]: event.target.value })),
  }, options.map(([value, text]) => h("option", { value, selected: value === now }, text))));
  const speaks = LANGUAGES.find(([value]) => value.slice(0, 2) === locale.slice(0, 2))?.[0] ?? locale;
  const zones = [...new Set([...ZONES, timezone])].map((zone) => [zone, zone.replace("_", " ")]);
  return h("section", {}, h("h3", {}, "You are ", h("span", { class: "quiet small" }, name)),
    h("div", { class: "row" }, select("Teams' language", "locale", LANGUAGES, speaks), select("Time zone", "timezone", zones, timezone)));
}

function alerts() {
  const list = h("ul", { class: "samples", "aria-label": "Alerts to send" });
  get("samples").then(({ samples }) => list.replaceChildren(...samples.map((sample) => h("li", {}, h("button", {
    type: "button", title: `Send to /api/alerts/${sample.source}`,
    onclick: async () => {
      const { samples: latest } = await get("samples");
      const { source, payload } = latest.find((s) => s.id === sample.id);
      await attempt(() => post("alert", { source, payload }), (answer) => sent(answer));
    },
  }, h("span", { class: `dot ${sample.severity}` }), h("span", {}, sample.title),
  h("span", { class: "small quiet" }, `${sample.severity} · ${sample.payload.productName ?? "Alertmanager"}`))))));
  const portal = h("a", { href: "/portal", target: "_blank", rel: "noopener" }, "Change Defender's alerts in its portal");
  return h("section", {}, h("h3", {}, "Send an alert"), list, h("p", { class: "small" }, portal));
}

function sent(answer) {
  if (answer.status === 202) return "The alert was taken";
  return answer.error ? `Not taken: ${answer.error}` : `The bot answered ${answer.status}: ${answer.body?.detail ?? answer.body?.title ?? ""}`;
}

function feed(panel) {
  const every = h("select", { class: "field", "aria-label": "How often" },
    [5, 10, 20, 60].map((n) => h("option", { value: String(n), selected: n === (store.feed.every ?? 20) }, `every ${n} seconds`)));
  const toggle = h("button", { type: "button", class: "button", onclick: () => attempt(() => post("feed", { on: !store.feed.on, every: Number(every.value) })) });
  const show = () => {
    toggle.textContent = store.feed.on ? "Stop" : "Start";
    toggle.classList.toggle("primary", !store.feed.on);
  };
  show();
  panel.addEventListener("feed", show, drawing);
  return h("section", {}, h("h3", {}, "Feed of alerts"), h("div", { class: "row" }, every, toggle));
}

function clock(panel) {
  const face = h("span", { class: "clock" });
  const offset = h("span", { class: "quiet small" });
  const show = () => {
    const zone = { timeZone: me().timezone };
    face.textContent = now().toLocaleString("en-GB", { ...zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    const seconds = Math.round(store.clock.offset);
    offset.textContent = Math.abs(seconds) < 1 ? "real time" : `${seconds > 0 ? "+" : "−"}${span(Math.abs(seconds))}`;
  };
  show();
  const ticking = setInterval(show, 1000);
  drawing.signal.addEventListener("abort", () => clearInterval(ticking));
  panel.addEventListener("clock", show, drawing);
  const step = (label, seconds) => h("button", { type: "button", class: "button", onclick: () => attempt(() => post("clock", { advance: seconds })) }, label);
  return h("section", {}, h("h3", {}, "Clock", offset), face,
    h("div", { class: "row" }, step("+5 min", 300), step("+1 h", 3600), step("+8 h", 28800), step("+1 day", 86400),
      h("button", { type: "button", class: "button", onclick: () => attempt(() => post("clock", { reset: true })) }, "Real time")));
}

function span(seconds) {
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const found = [];
  let left = seconds;
  for (const [size, name] of parts) {
    if (left >= size && found.length < 2) found.push(`${Math.floor(left / size)} ${name}`);
    left %= size;
  }
  return found.join(" ");
}

const KINDS = [
  ["429 Too many requests", { status: 429, retryAfter: 5 }], ["503 Unavailable", { status: 503 }], ["500 Error", { status: 500 }],
  ["412 Changed by another", { status: 412 }], ["403 Not in the roster", { status: 403 }], ["404 Not found", { status: 404, code: "ActivityNotFoundInConversation" }],
  ["Connection cut before", { drop: "before" }], ["Answer lost after", { drop: "after" }], ["Slow: 6 s", { delay: 6 }],
];

function faults() {
  const on = h("select", { class: "field" }, ["any", "post", "update", "delete", "create", "members", "token", "keys"].map((name) => h("option", { value: name }, name)));
  const kind = h("select", { class: "field" }, KINDS.map(([name], index) => h("option", { value: String(index) }, name)));
  const times = h("input", { class: "field", type: "number", min: "1", value: "1" });
  const local = h("input", { type: "checkbox" });
  const list = h("ul", { class: "faults" });
  const show = (all) => {
    store.faults = all;
    list.replaceChildren(...all.map((f) => h("li", {}, [f.on, f.conversation && `in ${f.conversation}`, f.status ?? (f.drop ? `cut ${f.drop}` : `${f.delay} s`), f.times ? `× ${f.times}` : "until healed"].filter(Boolean).join(" · "))));
  };
  show(store.faults);
  const add = async () => {
    const fault = { on: on.value, ...KINDS[Number(kind.value)][1], ...(times.value ? { times: Number(times.value) } : {}) };
    if (local.checked) fault.conversation = store.at;
    const answer = await attempt(() => post("fault", fault));
    if (answer) show(answer.faults);
  };
  const limits = h("input", { type: "checkbox", onchange: (event) => attempt(() => post("limits", { on: event.target.checked })) });
  limits.checked = store.limits.on;
  return h("section", {}, h("h3", {}, "Faults of Teams"),
    h("div", { class: "row" }, h("label", {}, "Calls", on), h("label", {}, "How often", times)),
    h("label", {}, "What happens", kind),
    h("label", { class: "check" }, local, `Only in ${title(here())}`),
    h("div", { class: "row" }, h("button", { type: "button", class: "button primary", onclick: add }, "Add the fault"),
      h("button", { type: "button", class: "button", onclick: async () => { if (await attempt(() => remove("fault"))) show([]); } }, "Heal")),
    list,
    h("label", { class: "check" }, limits, "Keep Teams' rate limits"));
}

function journal(panel) {
  const list = h("ol", { class: "journal", tabindex: "0", "aria-label": "Calls that the bot made" });
  const count = h("span", { class: "quiet small" });
  const show = () => {
    count.textContent = `${store.journal.length} calls`;
    list.replaceChildren(...store.journal.slice(-60).reverse().map((call) => h("li", { title: call.path },
      h("span", { class: "quiet" }, call.when.slice(11, 19)), h("span", {}, call.kind), h("span", { class: "where" }, call.conversation ?? ""),
      h("span", { class: `status${call.status >= 400 || !call.status ? " bad" : ""}` }, call.dropped ? `cut ${call.dropped}` : String(call.status)))));
    if (!store.journal.length) list.append(h("li", {}, h("span", { class: "quiet" }, "The bot has not called yet")));
  };
  show();
  panel.addEventListener("call", show, drawing);
  return h("section", {}, h("h3", {}, "What the bot called", count), list);
}

function resetting() {
  return h("section", {}, h("div", { class: "row" },
    h("button", { type: "button", class: "button", onclick: () => attempt(() => post("keys/rotate", {}), "Teams signs with a new key now") }, "New signing key"),
    h("button", { type: "button", class: "button", onclick: () => attempt(() => post("reset"), "Everything was forgotten") }, "Reset")));
}
