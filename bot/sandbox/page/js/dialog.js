// A dialog (Teams once called it a task module): a card on top, sent with Action.Submit.

import { post } from "./api.js";
import { drawCard } from "./cards.js";
import { h, iconButton } from "./dom.js";
import { store } from "./store.js";

export function openDialog({ title, card }, message, tell) {
  const who = store.me;
  const host = h("div");
  const heading = h("h2", {}, title);
  const element = h("dialog", { class: "task", "aria-label": title },
    h("div", { class: "head" }, heading, iconButton("close", "Close", () => element.close())), host);
  element.addEventListener("close", () => {
    element.remove();
    post("dialog", { as: who, close: true }).catch(() => {});
  });
  function draw(json) {
    const drawn = drawCard(json, { width: "standard", conversation: message.conversation, activity: message.id, onPress: (pressed) => send(drawn, pressed) });
    host.replaceChildren(drawn);
  }
  async function send(drawn, pressed) {
    drawn.setAttribute("aria-busy", "true");
    try {
      const answer = await post("dialog", { as: who, submit: pressed.data });
      if (answer.outcome === "dialog") {
        heading.textContent = answer.dialog.title;
        draw(answer.dialog.card);
        return;
      }
      if (answer.toast) tell(answer.toast, answer.outcome === "error");
      if (answer.outcome !== "error") element.close();
    } catch (error) {
      tell(error.message, true);
      element.close();
    } finally {
      drawn.removeAttribute("aria-busy");
    }
  }
  draw(card);
  document.body.append(element);
  element.showModal();
}
