// Texts: what Teams makes of plain text, of its own small markup, and of the Markdown in cards.

import { h } from "./dom.js";

let markdown = null;

// Teams knows bold, italic, lists and links; no headings, tables, images, code or quotes.
export function renderMarkdown(text) {
  markdown ??= window.markdownit("zero", { breaks: true }).enable(["emphasis", "link", "autolink", "list", "newline", "escape", "entity"]);
  return markdown.render(text);
}

// In cards <at>Name</at> survives Markdown as a pair of characters that nobody types.
const [OPEN, SHUT] = ["\uE000", "\uE001"];
export const hideMentions = (text) => text.replace(/<at>(.*?)<\/at>/g, `${OPEN}$1${SHUT}`);
export const showMentions = (markup) => markup.replaceAll(OPEN, '<span class="at">').replaceAll(SHUT, "</span>");

export function messageText(message) {
  const element = h("div", { class: "text" });
  if (message.textFormat === "xml") {
    copySafe(new DOMParser().parseFromString(message.text, "text/html").body, element);
  } else if (message.textFormat === "markdown") {
    element.innerHTML = showMentions(renderMarkdown(hideMentions(message.text)));
    for (const link of element.querySelectorAll("a")) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
  } else {
    const parts = message.text.split(/(@Tocsin\b)/);
    element.append(...parts.map((part) => (part === "@Tocsin" ? h("span", { class: "at" }, "Tocsin") : part)));
  }
  return element;
}

const ALLOWED = { AT: "span", B: "b", STRONG: "b", I: "i", EM: "i", BR: "br", P: "p", UL: "ul", OL: "ol", LI: "li" };

function copySafe(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.append(node.textContent);
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      const tag = ALLOWED[node.tagName];
      const copy = tag ? h(tag, { class: node.tagName === "AT" ? "at" : null }) : to;
      if (copy !== to) to.append(copy);
      copySafe(node, copy);
    }
  }
}
