// What the page knows: the sandbox's state, who I am, where I am, and what I have read.

import { get } from "./api.js";

const query = new URLSearchParams(location.search);

export const store = {
  people: [],
  conversations: [],
  team: null,
  bot: null,
  clock: { now: null, offset: 0 },
  feed: { on: false, every: null },
  faults: [],
  limits: { on: true },
  journal: [],
  tenantId: "",
  me: query.get("as") ?? "ana",
  at: query.get("conversation") ?? null,
  theme: query.get("theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"),
  width: query.get("width") === "phone" ? "phone" : "desktop",
  panel: query.get("panel") === "on",
  pane: query.get("conversation") ? "conversation" : "list",
  read: {}, // "ana/alerts" -> how many messages were there when last looked at
};

export async function load() {
  const state = await get("state");
  Object.assign(store, {
    people: state.people.map((person, index) => ({ ...person, tone: index % 5 })),
    conversations: state.conversations,
    team: state.team,
    bot: state.bot,
    feed: state.feed,
    faults: state.faults,
    limits: state.limits,
    tenantId: state.tenantId,
  });
  setClock(state.clock);
  if (!person(store.me)) store.me = store.people[0].key;
  if (!visible().some((c) => c.key === store.at)) store.at = store.at ? visible()[0].key : "alerts";
}

export function setClock(clock) {
  store.clock = { offset: clock.offset };
}

export const now = () => new Date(Date.now() + store.clock.offset * 1000);
export const person = (key) => store.people.find((p) => p.key === key);
export const me = () => person(store.me);
export const conversation = (key) => store.conversations.find((c) => c.key === key);
export const here = () => conversation(store.at);
export const visible = () => store.conversations.filter((c) => c.kind === "channel" || c.members.includes(store.me));
export const title = (c) => (c.kind === "personal" ? store.bot.name : c.name);
export const byObjectId = (id) => store.people.find((p) => p.objectId === id || p.id === id);

export function unread(c) {
  const key = `${store.me}/${c.key}`;
  if (c.key === store.at) store.read[key] = c.messages.length;
  return Math.max(0, c.messages.length - (store.read[key] ?? c.messages.length));
}

export function markAllRead() {
  for (const p of store.people) {
    for (const c of store.conversations) store.read[`${p.key}/${c.key}`] ??= c.messages.length;
  }
}

// Puts a message that came over the wire in its place; answers its conversation.
export function keep(message) {
  const where = conversation(message.conversation);
  if (!where) return null;
  const index = where.messages.findIndex((m) => m.id === message.id);
  if (index >= 0) where.messages[index] = message;
  else where.messages.push(message);
  return where;
}

export function remember() {
  const url = new URL(location.href);
  url.searchParams.set("as", store.me);
  if (store.at) url.searchParams.set("conversation", store.at);
  history.replaceState(null, "", url);
}

export function time(iso) {
  const zone = { timeZone: me()?.timezone };
  const locale = me()?.locale ?? "en-US";
  const moment = new Date(iso);
  const day = (date) => date.toLocaleDateString(locale, zone);
  const clock = moment.toLocaleTimeString(locale, { ...zone, hour: "2-digit", minute: "2-digit" });
  if (day(moment) === day(now())) return clock;
  return `${moment.toLocaleDateString(locale, { ...zone, day: "numeric", month: "short" })}, ${clock}`;
}
