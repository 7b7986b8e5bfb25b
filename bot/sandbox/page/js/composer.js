// Where people write. In channels and group chats the bot hears only what mentions it.

import { post } from "./api.js";
import { h, iconButton, toast } from "./dom.js";
import { extensionButton, unfolds } from "./extension.js";
import { store } from "./store.js";

export function composer(where, { thread = null, onDone = () => {} } = {}) {
  const shared = where.kind !== "personal";
  const placeholder = thread ? "Reply" : where.kind === "channel" ? "Start a post" : "Type a message";
  const text = h("textarea", { rows: "1", "aria-label": placeholder, placeholder });
  const mention = h("button", {
    type: "button", class: "mention", "aria-pressed": "true", title: "Only messages that mention Tocsin reach it",
    onclick: () => { mention.setAttribute("aria-pressed", String(mention.getAttribute("aria-pressed") !== "true")); text.focus(); },
  }, `@${store.bot.name}`);
  if (shared && !where.installed) mention.setAttribute("aria-pressed", "false");
  async function send() {
    const words = text.value.trim();
    if (!words) return;
    text.value = "";
    const typed = words.replace(new RegExp(`^@${store.bot.name}\\b\\s*`, "i"), "");
    const mentioned = shared && (typed !== words || mention.getAttribute("aria-pressed") === "true");
    onDone();
    try {
      const url = mentioned || !shared ? null : unfolds(words);
      const answer = url
        ? await post("extension/share", { as: store.me, conversation: where.key, url, text: words, thread })
        : await post("message", { as: store.me, conversation: where.key, text: typed, mention: mentioned, thread });
      if (answer.error) toast(`Tocsin did not answer: ${answer.error}`);
      else if (answer.status && answer.status >= 400) toast(`Tocsin refused the message (${answer.status})`);
    } catch (error) {
      toast(error.message);
      text.value = words;
    }
  }
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      send();
    }
    if (event.key === "Escape" && thread && !text.value) onDone();
  });
  const words = () => {
    const said = text.value.trim();
    text.value = "";
    return said;
  };
  return h("div", { class: "composer" }, shared ? mention : null, text, extensionButton(where, { thread, words }), iconButton("send", "Send", send, { class: "icon-button send" }));
}
