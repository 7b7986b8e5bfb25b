// The posts of a channel and the bubbles of a chat, kept in step with the store without flicker.

import { post } from "./api.js";
import { drawCard, isFull, widthClass } from "./cards.js";
import { composer } from "./composer.js";
import { openDialog } from "./dialog.js";
import { drawAttachment } from "./files.js";
import { avatar, h, icon, iconButton } from "./dom.js";
import { messageMenu } from "./extension.js";
import { here, person, store, time } from "./store.js";
import { messageText } from "./text.js";

const drawn = new Map(); // message id -> {signature, revision, element}
const rows = new Map(); // id of a post or bubble -> {signature, contents, element}

export function forget() {
  drawn.clear();
  rows.clear();
}

export const cardOf = (message) => message.views[store.me] ?? message.cards[0] ?? null;

// Elements of one message, drawn anew only where something of it changed, and never under somebody's fingers unless
// the message itself was updated.
function content(message, width) {
  const signature = JSON.stringify([message.revision, message.deleted, message.text, message.answers[store.me] ?? 0, store.me, store.theme, width]);
  const old = drawn.get(message.id);
  const typing = old?.element.querySelector('.card[data-dirty="yes"]');
  if (old && (old.signature === signature || (typing && old.revision === message.revision && !old.answered))) return old.element;
  const element = h("div", { class: "content" });
  if (message.deleted) {
    element.append(h("div", { class: "gone" }, "This message has been deleted."));
  } else {
    if (message.text) element.append(messageText(message));
    const card = cardOf(message);
    if (card) element.append(...cardParts(message, card, width));
    for (const other of message.attachments) {
      if (other.contentType !== "text/html") element.append(drawAttachment(other, message, (text) => note(element, text, true)));
    }
  }
  keepNote(old?.element, element);
  drawn.set(message.id, { signature, revision: message.revision, element, answered: false });
  return element;
}

function cardParts(message, card, width) {
  const element = drawCard(card, {
    width, conversation: message.conversation, activity: message.id,
    onPress: (pressed) => press(message, element, pressed),
  });
  const own = message.views[store.me]
    ? h("div", { class: "private" }, icon("eye"), `Only ${person(store.me).name.split(" ")[0]} sees this view`)
    : null;
  return own ? [element, own] : [element];
}

// A bar below a card survives the card being drawn again.
function keepNote(from, to) {
  const note = from?.querySelector(":scope > .card-note");
  if (note) to.append(note);
}

export function note(holder, text, bad) {
  holder.querySelector(":scope > .card-note")?.remove();
  const bar = h("div", { class: `card-note${bad ? " bad" : ""}`, role: bad ? "alert" : "status" }, h("span", {}, text),
    iconButton("close", "Dismiss", () => bar.remove()));
  holder.append(bar);
  if (!bad) setTimeout(() => bar.remove(), 8000);
}

async function press(message, element, pressed) {
  element.setAttribute("aria-busy", "true");
  pressed.button?.classList.add("pressed");
  const slot = drawn.get(message.id);
  if (slot) slot.answered = true; // the presser waits for this card: it may be replaced
  const body = { as: store.me, conversation: message.conversation, activity: message.id };
  const kind = pressed.kind === "execute" ? { verb: pressed.verb, data: pressed.data } : { submit: pressed.data };
  let outcome;
  try {
    outcome = await post("press", { ...body, ...kind });
  } catch (error) {
    outcome = { outcome: "error", toast: error.message };
  }
  element.removeAttribute("aria-busy");
  pressed.button?.classList.remove("pressed");
  if (slot) slot.answered = false;
  delete element.dataset.dirty;
  const holder = drawn.get(message.id)?.element ?? element.parentElement;
  if (outcome.outcome === "dialog") openDialog(outcome.dialog, message);
  else if (outcome.body?.task && outcome.outcome === "message") openDialog({ title: store.bot.name, width: "small", height: "small", text: outcome.toast }, message);
  else if (outcome.toast) note(holder, outcome.toast, outcome.outcome === "error");
}

function who(message, plain) {
  const somebody = person(message.from);
  return h("div", { class: "who" },
    h("b", {}, somebody?.name ?? store.bot.name),
    somebody ? (somebody.tenantId !== store.tenantId ? h("span", { class: "tag" }, "External") : somebody.role === "guest" ? h("span", { class: "tag" }, "Guest") : null)
      : h("span", { class: "tag" }, "App"),
    h("span", { class: "quiet small" }, time(message.at)),
    message.edited && !plain ? h("span", { class: "quiet small", title: time(message.edited) }, "Edited") : null,
    message.text && !message.deleted ? messageMenu(here(), message) : null);
}

function line(message, part, more = {}) {
  return h("div", { class: "message", ...more }, avatar(person(message.from)), h("div", { class: "body" }, who(message), part));
}

function thread([root, ...replies], [first, ...others]) {
  const label = `Post by ${person(root.from)?.name ?? store.bot.name}`;
  const article = h("article", { class: "post", dataset: { id: root.id }, "aria-label": label }, line(root, first));
  if (replies.length) article.append(h("div", { class: "replies" }, replies.map((reply, index) => line(reply, others[index], { dataset: { id: reply.id } }))));
  const row = h("div", { class: "reply-row" });
  row.append(openReplies.get(root.id) ?? h("button", { type: "button", class: "link-button", onclick: () => openReply(row, root) }, "Reply"));
  article.append(row);
  return article;
}

const openReplies = new Map(); // root id -> composer element, so that a half-written reply stays

function openReply(row, root) {
  const close = () => {
    openReplies.delete(root.id);
    row.replaceChildren(h("button", { type: "button", class: "link-button", onclick: () => openReply(row, root) }, "Reply"));
  };
  const box = composer(here(), { thread: root.id, onDone: close });
  openReplies.set(root.id, box);
  row.replaceChildren(box);
  box.querySelector("textarea").focus();
}

function bubble([message], [part]) {
  const mine = message.from === store.me;
  const full = cardOf(message) && isFull(cardOf(message));
  const stack = h("div", { class: "stack" }, who(message), h("div", { class: "bubble" }, part));
  return h("article", { class: `bubble-row${mine ? " mine" : ""}${full ? " full" : ""}`, dataset: { id: message.id } },
    mine ? null : avatar(person(message.from)), stack);
}

// A post with its replies, or a bubble: the very same element as before where nothing of it changed.
function row(messages, width, build) {
  const contents = messages.map((message) => content(message, width));
  const signature = JSON.stringify([store.me, store.theme, messages.map((m) => [m.id, time(m.at), Boolean(m.edited)])]);
  const old = rows.get(messages[0].id);
  if (old && old.signature === signature && old.contents.every((part, index) => part === contents[index])) return old.element;
  const element = build(messages, contents);
  rows.set(messages[0].id, { signature, contents, element });
  return element;
}

// Brings `inner` in step. What did not change is not even moved, so that nothing flickers and no caret is lost.
export function drawMessages(inner, where, pixels) {
  const width = widthClass(pixels);
  let wanted;
  if (where.kind === "channel") {
    const replies = Map.groupBy(where.messages.filter((m) => m.thread), (m) => m.thread);
    wanted = where.messages.filter((m) => !m.thread && !(m.deleted && !replies.has(m.id)))
      .map((root) => row([root, ...(replies.get(root.id) ?? [])], width, thread));
  } else {
    wanted = where.messages.filter((m) => !m.deleted).map((message) => row([message], width, bubble));
  }
  wanted.forEach((element, index) => {
    if (inner.children[index] !== element) inner.insertBefore(element, inner.children[index] ?? null);
  });
  while (inner.children.length > wanted.length) inner.lastElementChild.remove();
  return wanted.length;
}
