// The app's message extension: what people find and share from where they write, and what they do from a message.

import { post } from "./api.js";
import { openDialog } from "./dialog.js";
import { h, iconButton, menuButton, toast } from "./dom.js";
import { store } from "./store.js";

const SEARCHES = [["searchAlerts", "Alerts"], ["searchIncidents", "Incidents"]];
const PORTAL = /https:\/\/security(?:\.microsoft\.com|center\.(?:windows|microsoft)\.com)\/\S+/;

// What the composer sends by itself where a message has an address that the app may unfold.
export const unfolds = (words) => words.match(PORTAL)?.[0] ?? null;

export function extensionButton(where, { thread, words }) {
  return iconButton("bell", `Find and share with ${store.bot.name}`, () => openFinder(where, thread, words), { class: "icon-button finder-button" });
}

function openFinder(where, thread, words) {
  const who = store.me;
  let command = SEARCHES[0][0];
  let asked = 0;
  let waiting = null;
  const list = h("div", { class: "finds", role: "listbox", "aria-label": "Found" });
  const text = h("input", { type: "search", placeholder: "A number, words or a filter", "aria-label": "Search", autocomplete: "off" });
  const tabs = h("div", { class: "tabs", role: "tablist" }, SEARCHES.map(([name, title]) => h("button", {
    type: "button", role: "tab", "aria-selected": String(name === command), onclick: (event) => {
      command = name;
      for (const tab of tabs.children) tab.setAttribute("aria-selected", String(tab === event.currentTarget));
      look();
    },
  }, title)), h("button", { type: "button", role: "tab", "aria-selected": "false", onclick: () => { element.close(); actOn(where, null, "createAlert"); } }, "Create an alert…"));
  const element = h("dialog", { class: "task finder", "aria-label": `Find and share with ${store.bot.name}` },
    h("div", { class: "head" }, h("h2", {}, store.bot.name), iconButton("close", "Close", () => element.close())),
    h("div", { class: "ask" }, tabs, text), h("div", { class: "scroll" }, list));

  async function look() {
    const mine = ++asked;
    try {
      const answer = await post("extension/query", { as: who, conversation: where.key, command, query: text.value.trim() });
      if (mine !== asked) return;
      list.replaceChildren(...answer.attachments.map(find), ...(answer.toast ? [h("p", { class: "quiet", role: "status" }, answer.toast)] : []));
    } catch (error) {
      list.replaceChildren(h("p", { role: "alert" }, error.message));
    }
  }
  function find(attachment) {
    const shown = attachment.preview.content;
    return h("button", { type: "button", role: "option", "aria-selected": "false", onclick: () => share(shown.tap.value) },
      h("b", {}, shown.title), h("span", { class: "small quiet" }, shown.text));
  }
  async function share(value) {
    const said = words();
    element.close();
    try {
      const answer = await post("extension/share", { as: who, conversation: where.key, value, text: said, thread });
      if (answer.toast) toast(answer.toast);
    } catch (error) {
      toast(error.message);
    }
  }
  text.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 200); });
  element.addEventListener("close", () => element.remove());
  document.body.append(element);
  place(element);
  element.showModal();
  text.focus();
  look();
}

function place(element) {
  const app = document.getElementById("app").getBoundingClientRect();
  const phone = app.width <= 720;
  element.classList.toggle("phone", phone);
  const box = phone ? app : { width: 560, height: Math.min(560, innerHeight - 32) };
  for (const name of ["width", "height", "left", "top"]) if (box[name] !== undefined) element.style[name] = `${box[name]}px`;
}

// The app's actions in the menu of a message.
export function messageMenu(where, message) {
  const run = (command) => () => actOn(where, message, command);
  return menuButton(iconButton("more", "Message actions", () => {}, { class: "icon-button message-menu" }), "Message actions", () => [
    { note: store.bot.name },
    { content: ["Create an alert"], run: run("createAlert") },
    { content: ["Add to an alert"], run: run("addToAlert") },
  ]);
}

async function actOn(where, message, command) {
  try {
    const answer = await post("extension/act", { as: store.me, conversation: where.key, command, activity: message?.id ?? null });
    if (answer.outcome === "dialog") openDialog(answer.dialog, message ?? { conversation: where.key, id: null });
    else if (answer.toast) toast(answer.toast);
  } catch (error) {
    toast(error.message);
  }
}
