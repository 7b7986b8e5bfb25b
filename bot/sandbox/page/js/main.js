// The page: puts the parts together and keeps them in step with the sandbox.

import { get, listen, post } from "./api.js";
import { librariesMissing, prepare } from "./cards.js";
import { composer } from "./composer.js";
import { avatar, h, icon, iconButton, menuButton, toast } from "./dom.js";
import { cardOf, drawMessages, forget } from "./messages.js";
import { drawPanel } from "./panel.js";
import { drawRail } from "./rail.js";
import { here, keep, load, markAllRead, me, now, person, remember, setClock, store, title } from "./store.js";

const part = (id) => document.getElementById(id);
const [app, bar, rail, main, panel] = ["app", "bar", "rail", "conversation", "panel"].map(part);
let inner = null;
let stream = null;
let typingUntil = 0;

function drawBar() {
  const somebody = me();
  const person = h("button", { type: "button", class: "person", "aria-label": `You are ${somebody.name}. Change person` },
    avatar(somebody), h("span", { class: "who" }, `You are: ${somebody.name.split(" ")[0]}`), icon("down"));
  person.lastElementChild.setAttribute("width", "16");
  const choices = () => [{ note: "Act as" }, ...store.people.map((p) => ({
    checked: p.key === store.me,
    run: () => become(p.key),
    content: [avatar(p), h("span", {}, h("div", {}, p.name), h("div", { class: "small quiet" }, describe(p)))],
  }))];
  bar.replaceChildren(
    h("span", { class: "brand" }, h("img", { src: "/page/icon.svg", alt: "" }), "Tocsin sandbox", h("span", { class: "small quiet" }, "A stand-in for Teams on this machine"),
      h("span", { class: "lost", role: "status" }, "Not connected, trying again…")),
    h("span", { class: "gap" }),
    h("a", { class: "icon-button to-portal", href: "/portal", target: "_blank", rel: "noopener", "aria-label": "Defender portal", title: "Defender portal" }, icon("shield")),
    iconButton(store.width === "phone" ? "desktop" : "phone", store.width === "phone" ? "Desktop width" : "Phone width", () => {
      store.width = store.width === "phone" ? "desktop" : "phone";
      draw();
    }, { class: "icon-button width-toggle" }),
    iconButton(store.theme === "dark" ? "sun" : "moon", store.theme === "dark" ? "Light theme" : "Dark theme", () => {
      store.theme = store.theme === "dark" ? "light" : "dark";
      draw();
    }),
    iconButton("controls", "Sandbox controls", () => { store.panel = !store.panel; draw(); }, { "aria-pressed": String(store.panel), "aria-controls": "panel" }),
    menuButton(person, "Act as", choices),
  );
}

function describe(p) {
  if (p.tenantId !== store.tenantId) return "Another organisation";
  return `${p.role === "guest" ? "Guest" : "Member"} · ${p.timezone.split("/").pop().replace("_", " ")}`;
}

function drawConversation() {
  const where = here();
  const kinds = { channel: store.team.name, groupChat: "Group chat", personal: "Chat with the app" };
  const installed = where.installed || where.kind === "personal";
  const head = h("header", { class: "head" },
    iconButton("back", "All channels and chats", () => { store.pane = "list"; draw(); rail.querySelector("[aria-current]")?.focus(); }, { class: "icon-button back" }),
    where.kind === "personal" ? avatar(null) : null,
    h("div", { class: "titles" }, h("h1", {}, title(where)), h("div", { class: "small quiet" }, kinds[where.kind])));
  if (where.installed) {
    head.append(menuButton(iconButton("more", "App in this conversation", () => {}), "App in this conversation", () => [{
      content: [`Remove ${store.bot.name}`], run: () => place("uninstall", where),
    }]));
  }
  inner = h("div", { class: "inner" });
  stream = h("div", { class: "stream", tabindex: "0", role: "region", "aria-label": "Messages" }, inner);
  const foot = h("footer", { class: "composer-wrap" }, h("div", { class: "typing inner-typing" }));
  if (!installed) {
    foot.append(h("div", { class: "installer" }, h("p", {}, `${store.bot.name} is not in this ${where.kind === "channel" ? "team" : "chat"} yet.`),
      h("button", { type: "button", class: "button primary", onclick: () => place("install", where) }, `Add ${store.bot.name}`)));
  }
  foot.append(composer(where));
  main.className = `conversation ${where.kind === "channel" ? "channel" : "chat"}`;
  main.replaceChildren(head, stream, foot);
  refresh(true);
}

async function place(action, where) {
  try {
    const answer = await post(action, { as: store.me, [where.kind === "channel" ? "channel" : "chat"]: where.key });
    if (answer.status < 200 || answer.status > 299) toast(`${store.bot.name} did not take it: ${answer.answers[1].error ?? answer.status}`);
  } catch (error) {
    toast(error.message);
  }
}

// Draws the messages; stays where it was unless it was at the end.
function refresh(toEnd = false) {
  const atEnd = toEnd || stream.scrollHeight - stream.scrollTop - stream.clientHeight < 80;
  const top = stream.scrollTop;
  const where = here();
  const count = drawMessages(inner, where, roomForCards(where));
  if (!count) inner.append(nothingYet(where));
  stream.scrollTop = atEnd ? stream.scrollHeight : top;
  if (where.messages.some((m) => cardOf(m)?.refresh)) post("look", { as: store.me, conversation: where.key }).catch(() => {});
}

// The width that a card gets between paddings and avatars (messages.css), in pixels.
function roomForCards(where) {
  const narrow = stream.clientWidth <= 560;
  const inside = Math.min(stream.clientWidth - (narrow ? 20 : 40), 860);
  const post = where.kind === "channel" ? (narrow ? 24 : 32) : 0;
  return inside - post - (narrow ? 0 : 44) - 2;
}

function nothingYet(where) {
  const words = where.kind === "channel" ? "Alerts that this channel wants will appear here." : `Write “help” to see what ${store.bot.name} can do.`;
  return h("div", { class: "empty" }, avatar(null), h("h2", {}, where.kind === "personal" ? `This is your chat with ${store.bot.name}` : "Nothing here yet"), h("p", {}, words));
}

function go(key) {
  store.at = key;
  store.pane = "conversation";
  remember();
  draw();
  if (matchMedia("(pointer: fine)").matches) main.querySelector(".composer textarea")?.focus();
}

function become(key) {
  const before = here();
  store.me = key;
  if (before.kind !== "channel" && !before.members.includes(key)) store.at = before.kind === "personal" ? key : "alerts";
  forget();
  remember();
  draw();
}

let drawnTheme = null;
function draw() {
  document.documentElement.dataset.theme = store.theme;
  document.body.dataset.width = store.width;
  app.dataset.pane = store.pane;
  if (drawnTheme !== store.theme) forget();
  drawnTheme = store.theme;
  drawBar();
  drawRail(rail, go);
  drawConversation();
  panel.hidden = !store.panel;
  if (store.panel) drawPanel(panel, () => { store.panel = false; draw(); });
}

const onEvent = {
  message: (event) => { if (keep(event.message) === here()) refresh(event.message.from === store.me); drawRail(rail, go); },
  update: (event) => { if (keep(event.message) === here()) refresh(); },
  view: (event) => { if (keep(event.message) === here()) refresh(); },
  call: (event) => { store.journal.push(event.call); if (store.panel) panel.dispatchEvent(new CustomEvent("call")); },
  clock: (event) => { setClock(event); if (store.panel) panel.dispatchEvent(new CustomEvent("clock")); },
  person: (event) => { Object.assign(person(event.person.key), event.person); forget(); draw(); },
  feed: (event) => { store.feed = { on: event.on, every: event.every }; if (store.panel) panel.dispatchEvent(new CustomEvent("feed")); },
  typing: (event) => { if (event.conversation === store.at) showTyping(); },
  toast: () => {},
  fed: () => {},
  portal: () => {},
};

function showTyping() {
  const element = main.querySelector(".inner-typing");
  if (!element) return;
  element.textContent = `${store.bot.name} is typing…`;
  typingUntil = now().getTime() + 3000;
  setTimeout(() => { if (now().getTime() >= typingUntil) element.textContent = ""; }, 3100);
}

async function reload() {
  await load();
  store.journal = (await get("journal")).calls.slice(-200);
  draw();
}

async function start() {
  if (librariesMissing()) {
    document.body.replaceChildren(h("div", { class: "empty missing" }, h("h1", {}, "Two libraries are missing"),
      h("p", {}, "The page draws cards with Microsoft's renderer. Run ", h("b", {}, "npm ci"), " in the folder ", h("b", {}, "bot/sandbox/page"), ", then load this page again.")));
    return;
  }
  await prepare();
  await load();
  markAllRead();
  await reload();
  let connected = true;
  listen((event) => (onEvent[event.kind] ?? reload)(event), (up) => {
    if (up && !connected) reload();
    connected = up;
    document.body.dataset.connected = up ? "yes" : "no";
  });
  let last = stream.clientWidth;
  new ResizeObserver(() => {
    if (stream && stream.clientWidth !== last) { last = stream.clientWidth; refresh(); }
  }).observe(main);
  document.body.dataset.ready = "yes";
}

start();
