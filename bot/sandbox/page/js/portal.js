// Defender's side: what Defender has, and forms with which one is the other analyst there.

import { get, listen } from "./api.js";
import { avatar, h, icon, iconButton, menuButton } from "./dom.js";
import { drawAlert } from "./portal-alert.js";
import { drawBooks } from "./portal-books.js";
import { drawGraph } from "./portal-graph.js";
import { drawIncident } from "./portal-incident.js";
import { books, become, me, pick, remember } from "./portal-store.js";

const part = (id) => document.getElementById(id);
const [app, bar, list, item] = ["app", "bar", "books", "item"].map(part);

function drawBar() {
  const somebody = me();
  const person = h("button", { type: "button", class: "person", "aria-label": `You are ${somebody.name}. Change person` },
    avatar(somebody), h("span", { class: "who" }, `You are: ${somebody.name.split(" ")[0]}`), icon("down"));
  person.lastElementChild.setAttribute("width", "16");
  const choices = () => [{ note: "Act as" }, ...books.people.map((p) => ({
    checked: p.key === books.me, run: () => { become(p.key); draw(); }, content: [avatar(p), h("span", {}, p.name)],
  }))];
  bar.replaceChildren(
    h("span", { class: "brand" }, h("span", { class: "shield", "aria-hidden": "true" }, icon("shield")), h("span", {}, "Defender", h("span", { class: "who" }, " portal")),
      h("span", { class: "small quiet" }, "A stand-in for security.microsoft.com"),
      h("span", { class: "lost", role: "status" }, "Not connected, trying again…")),
    h("span", { class: "gap" }),
    h("a", { class: "button to-chat", href: "/?conversation=alerts" }, "Chat"),
    iconButton(books.theme === "dark" ? "sun" : "moon", books.theme === "dark" ? "Light theme" : "Dark theme", () => {
      books.theme = books.theme === "dark" ? "light" : "dark";
      draw();
    }),
    menuButton(person, "Act as", choices),
  );
}

// What somebody is typing stays where it is: the field is found again by its name.
function keepingFocus(work) {
  const field = document.activeElement;
  const [name, from, to, top] = [field?.id, field?.selectionStart, field?.selectionEnd, item.scrollTop];
  const scrolled = list.querySelector(".entries")?.scrollTop ?? 0;
  work();
  const entries = list.querySelector(".entries");
  if (entries) entries.scrollTop = scrolled;
  item.scrollTop = top;
  const again = name ? document.getElementById(name) : null;
  if (!again || again === document.activeElement) return;
  again.focus({ preventScroll: true });
  if (from !== null && from !== undefined && again.setSelectionRange && again.type !== "checkbox") again.setSelectionRange(from, to);
}

function draw() {
  document.documentElement.dataset.theme = books.theme;
  app.dataset.pane = books.pane;
  app.dataset.tab = books.tab;
  keepingFocus(() => {
    drawBar();
    drawBooks(list, go, draw);
    if (books.tab === "graph") drawGraph(item, reload);
    else if (books.tab === "incidents") drawIncident(item, go, reload);
    else drawAlert(item, go, reload);
  });
}

function go(tab, id, pane = "item") {
  const changed = tab !== books.tab || id !== books.at[tab];
  pick(tab, id, pane);
  remember();
  draw();
  if (changed) item.scrollTop = 0;
}

async function reload() {
  const [state, portal, journal] = await Promise.all([get("state"), get("portal"), get("journal")]);
  books.people = state.people.filter((p) => p.tenantId === state.tenantId).map((p, index) => ({ ...p, tone: index % 5 }));
  books.offset = state.clock.offset;
  books.faults = state.faults;
  Object.assign(books, { alerts: portal.alerts, incidents: portal.incidents, log: portal.log, counts: portal.counts, app: portal.app });
  books.calls = journal.calls.filter((call) => call.kind === "graph").slice(-40).reverse();
  if (!books.people.some((p) => p.key === books.me)) books.me = books.people[0].key;
  draw();
}

const RELOADS = new Set(["portal", "reset", "resync", "clock"]);
let waiting = null;
function soon() {
  waiting ??= setTimeout(() => { waiting = null; reload(); }, 150);
}

async function start() {
  await reload();
  let connected = true;
  listen((event) => {
    if (RELOADS.has(event.kind) || (event.kind === "call" && event.call.kind === "graph" && books.tab === "graph")) soon();
  }, (up) => {
    if (up && !connected) reload();
    connected = up;
    document.body.dataset.connected = up ? "yes" : "no";
  });
  document.body.dataset.ready = "yes";
}

start();
