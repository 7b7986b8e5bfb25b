// Draws a card with Microsoft's renderer in Teams' clothes, and sends what is pressed.

import { register } from "./elements.js";
import { h } from "./dom.js";
import { hideMentions, renderMarkdown, showMentions } from "./text.js";
import { store } from "./store.js";

const AC = window.AdaptiveCards;
const hosts = {};

export const librariesMissing = () => !AC || !window.markdownit;

export async function prepare() {
  for (const theme of ["light", "dark"]) {
    const response = await fetch(`/page/hostconfig/${theme}.json`);
    hosts[theme] = await response.json();
  }
  AC.GlobalSettings.allowMoreThanMaxActionsInOverflowMenu = true;
  AC.GlobalSettings.setTabIndexAtCardRoot = false;
  AC.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = showMentions(renderMarkdown(text));
    result.didProcess = true;
  };
  register(AC);
}

// Teams' names for the width that a card has.
export function widthClass(pixels) {
  if (pixels < 165) return "veryNarrow";
  if (pixels < 350) return "narrow";
  if (pixels < 768) return "standard";
  return "wide";
}

const WIDTHS = ["verynarrow", "narrow", "standard", "wide"];

function fits(target, width) {
  const [, bound, name] = /^(?:(atLeast|atMost):)?(\w+)$/i.exec(String(target)) ?? [];
  const wanted = WIDTHS.indexOf(String(name).toLowerCase());
  const actual = WIDTHS.indexOf(width.toLowerCase());
  if (wanted < 0) return true;
  if (!bound) return actual === wanted;
  return bound.toLowerCase() === "atleast" ? actual >= wanted : actual <= wanted;
}

// Rewrites what the renderer does not know: targetWidth, mentions, choice sets that search, icons by name.
function adapt(node, width) {
  if (Array.isArray(node)) {
    return node.filter((item) => !item?.targetWidth || fits(item.targetWidth, width)).map((item) => adapt(item, width));
  }
  if (typeof node === "string") return hideMentions(node);
  if (!node || typeof node !== "object") return node;
  const copy = {};
  for (const [name, value] of Object.entries(node)) {
    copy[name] = name === "data" || name === "id" ? value : adapt(value, width);
  }
  if (typeof copy.iconUrl === "string" && copy.iconUrl.startsWith("icon:")) delete copy.iconUrl;
  if (copy.type === "Input.ChoiceSet" && (copy["choices.data"] || String(copy.style).toLowerCase() === "filtered")) {
    copy.type = "Input.Picker";
  }
  if (String(node.type).startsWith("Chart.")) copy.data = node.data;
  if (node.type === "AdaptiveCard") delete copy.refresh;
  if (Array.isArray(copy.actions)) copy.actions = copy.actions.flatMap(openMenu);
  return copy;
}

// The entries of a button's own menu go into the card's "…" menu.
function openMenu(action) {
  const { menuActions, ...rest } = action;
  return menuActions?.length ? [rest, ...menuActions.map((entry) => ({ ...entry, mode: "secondary" }))] : [action];
}

export const isFull = (json) => String(json?.msteams?.width ?? "").toLowerCase() === "full";

// Draws `json` into a new element. `onPress({kind, verb, data, button})` gets what a press sends.
export function drawCard(json, { width, conversation, activity, onPress }) {
  const element = h("div", { class: `card${isFull(json) ? " full" : ""}` });
  const card = new AC.AdaptiveCard();
  card.sandboxContext = { conversation, activity };
  card.hostConfig = new AC.HostConfig(hosts[store.theme]);
  card.onExecuteAction = (action) => pressed(action, element, onPress);
  card.onDisplayOverflowActionMenu = (actions, target) => showOverflow(actions, target);
  card.onInputValueChanged = () => { element.dataset.dirty = "yes"; };
  const context = new AC.SerializationContext(AC.Versions.latest);
  try {
    card.parse(adapt(json, width), context);
    const rendered = card.render();
    if (!rendered) throw new Error("the renderer drew nothing");
    element.append(rendered);
  } catch (error) {
    element.append(h("div", { class: "card-error" }, `This card cannot be drawn: ${error.message}`));
  }
  for (const button of element.querySelectorAll(".ac-pushButton")) {
    if (button.textContent === "...") {
      button.textContent = "•••";
      button.setAttribute("aria-haspopup", "menu");
      button.setAttribute("aria-label", "More actions");
    }
  }
  element.addEventListener("input", () => { element.dataset.dirty = "yes"; });
  return element;
}

function pressed(action, element, onPress) {
  if (action instanceof AC.OpenUrlAction) {
    window.open(action.url, "_blank", "noopener,noreferrer");
    return;
  }
  const kind = action instanceof AC.ExecuteAction ? "execute" : action instanceof AC.SubmitAction ? "submit" : null;
  if (!kind || element.getAttribute("aria-busy") === "true") return;
  onPress({ kind, verb: action.verb, data: action.data ?? {}, button: action.renderedElement });
}

// The "…" menu of a card.
function showOverflow(actions, target) {
  document.querySelector(".overflow-menu")?.remove();
  const menu = h("div", { class: "menu overflow-menu", role: "menu", "aria-label": "More actions" });
  const close = (refocus) => {
    menu.remove();
    target.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
    if (refocus) target.focus();
  };
  const outside = (event) => { if (!menu.contains(event.target) && event.target !== target) close(false); };
  for (const action of actions) {
    menu.append(h("button", {
      type: "button", role: "menuitem", tabindex: "-1", disabled: action.isEnabled === false,
      onclick: () => { close(true); action.execute(); },
    }, action.title ?? ""));
  }
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape" || event.key === "Tab") close(true);
    else if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length].focus();
    else return;
    event.preventDefault();
  });
  const host = target.closest("dialog") ?? document.body;
  host.append(menu);
  const box = target.getBoundingClientRect();
  const edge = document.getElementById("app").getBoundingClientRect();
  const left = Math.max(edge.left + 8, Math.min(box.left, edge.right - menu.offsetWidth - 8));
  const below = box.bottom + 4 + menu.offsetHeight < innerHeight;
  Object.assign(menu.style, { position: "fixed", left: `${left}px`, right: "auto", top: below ? `${box.bottom + 4}px` : `${Math.max(4, box.top - 4 - menu.offsetHeight)}px` });
  target.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside);
  menu.querySelector("button:not(:disabled)")?.focus();
  return true;
}
