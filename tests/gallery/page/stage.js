// Draws one thing as the sandbox's page does, and says what is wrong with how it came out.

import { drawCard, prepare, widthClass } from "/page/js/cards.js";
import { avatar, h } from "/page/js/dom.js";
import { store } from "/page/js/store.js";
import { messageText } from "/page/js/text.js";

const PHONE = 720; // as in dialog.js
const SIZES = { small: 360, medium: 600, large: 900 };
const TOUCH = 40; // points of a button under a thumb
const pen = document.createElement("canvas").getContext("2d");

store.bot = { name: "Tocsin" };

function place(text) {
  const content = h("div", { class: "content" });
  if (text) content.append(messageText({ text, textFormat: "plain" }));
  const who = h("div", { class: "who" }, h("b", {}, "Tocsin"), h("span", { class: "tag" }, "App"), h("span", { class: "quiet small" }, "03:15"));
  const post = h("article", { class: "post" }, h("div", { class: "message" }, avatar(null), h("div", { class: "body" }, who, content)));
  stage().replaceChildren(h("div", { class: "stream" }, h("div", { class: "inner" }, post)));
  return content;
}

function placeDialog(dialog) {
  const scroll = h("div", { class: "scroll" });
  const phone = innerWidth <= PHONE;
  const element = h("dialog", { class: `task${phone ? " phone" : ""}`, open: true, "aria-label": dialog.title },
    h("div", { class: "head" }, h("h2", {}, dialog.title)), scroll);
  if (!phone) element.style.width = `${Math.min(SIZES[dialog.width], innerWidth - 32)}px`;
  stage().replaceChildren(element);
  return scroll;
}

const stage = () => document.getElementById("stage");

window.show = ({ card, text, dialog, theme }) => {
  store.theme = theme;
  document.documentElement.dataset.theme = theme;
  const holder = dialog ? placeDialog(dialog) : place(text);
  const room = holder.clientWidth - 2;
  const drawn = drawCard(card, { width: widthClass(room), conversation: "alerts", activity: "1", onPress: () => {} });
  holder.append(drawn);
  const box = stage().getBoundingClientRect();
  return { problems: [...new Set(problems(holder, drawn))].slice(0, 6), width: box.width, height: box.height };
};

const words = (element) => JSON.stringify((element.textContent || element.tagName).trim().slice(0, 60));

function problems(holder, drawn) {
  const found = [];
  const failed = drawn.querySelector(".card-error");
  if (failed) found.push(failed.textContent);
  const edge = holder.getBoundingClientRect();
  for (const element of holder.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || element.closest("svg")) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden") continue;
    if (box.right > edge.right + 1 || box.left < edge.left - 1) found.push(`sticks out: ${words(element)}`);
    if (element.matches("input, textarea, select")) found.push(...ofField(element, style));
    else if (cuts(element, style)) found.push(`is cut off: ${words(element)}`);
    if (squeezed(element, box)) found.push(`is squeezed to ${Math.round(box.width)} points: ${words(element)}`);
    if (innerWidth < 560 && element.matches(".ac-pushButton") && box.height < TOUCH) found.push(`is too small for a thumb: ${words(element)}`);
    if (element.matches(".ac-actionSet") && breaks(element)) found.push(`is a row that breaks: ${words(element)}`);
    const seen = contrast(element, style);
    if (seen) found.push(seen);
  }
  return found;
}

function cuts(element, style) {
  if (!element.textContent.trim() || element.matches(".code pre")) return false; // code may be scrolled
  const across = style.overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1;
  const down = style.overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1;
  return across || down;
}

function squeezed(element, box) {
  return element.matches(".ac-textBlock, .ac-richTextBlock") && box.width < 60 && box.height > 70;
}

// One button may have more words than a line holds; several on a row must stand side by side.
function breaks(row) {
  const tops = [...row.querySelectorAll(".ac-pushButton")].map((button) => Math.round(button.getBoundingClientRect().top));
  return new Set(tops).size > 1;
}

// What a field says as long as nothing is typed or chosen must fit: nobody can scroll it. (What is chosen stands in full
// in the list that opens.)
function ofField(field, style) {
  const unchosen = field.matches("select") && !field.value;
  const shown = field.matches("select") ? (unchosen ? field.selectedOptions[0]?.textContent ?? "" : "") : field.placeholder ?? "";
  if (!shown || field.matches("textarea")) return [];
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - (field.matches("select") ? 16 : 0);
  return pen.measureText(shown).width > room + 1 ? [`does not fit its field: ${JSON.stringify(shown.slice(0, 60))}`] : [];
}

function parse(colour) {
  const numbers = colour.match(/[\d.]+/g)?.map(Number) ?? [];
  const scale = colour.startsWith("color(srgb") ? 255 : 1;
  const [r = 0, g = 0, b = 0, a = 1] = numbers;
  return [r * scale, g * scale, b * scale, a];
}

function over([r, g, b, a], [x, y, z]) {
  return [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
}

function ground(element) {
  const layers = [];
  for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
  return layers.reverse().reduce((below, layer) => over(layer, below), store.theme === "dark" ? [0, 0, 0, 1] : [255, 255, 255, 1]);
}

function light(colour) {
  const [r, g, b] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

// WCAG 2.2, AA: 4.5 to 1, and 3 to 1 for large letters. What cannot be used now may be pale.
function contrast(element, style) {
  const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
  if (!own || element.matches("option, :disabled")) return "";
  const below = ground(element);
  const [a, b] = [light(over(parse(style.color), below)), light(below)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const enough = large ? 3 : 4.5;
  return ratio < enough ? `has too little contrast (${ratio.toFixed(1)} to 1): ${words(element)}` : "";
}

await prepare();
document.body.dataset.ready = "yes";
