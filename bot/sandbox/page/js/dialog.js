// A dialog (Teams once called it a task module): a card on top, sent with Action.Submit. At a desk it has the size that
// the app asked for, on a phone it is the whole screen; it stays open whatever happens to the card that it came from.

import { post } from "./api.js";
import { drawCard, widthClass } from "./cards.js";
import { h, iconButton } from "./dom.js";
import { store } from "./store.js";

const HEIGHTS = { small: 320, medium: 510, large: 720 };
const WIDTHS = { small: 360, medium: 600, large: 900 };
const PHONE = 720; // the page's own bound, as in layout.css

const pixels = (asked, names) => (Number(asked) > 0 ? Number(asked) : names[String(asked).toLowerCase()] ?? names.medium);

export function openDialog(opened, message) {
  const who = store.me;
  const heading = h("h2", { tabindex: "-1" });
  const scroll = h("div", { class: "scroll" });
  const element = h("dialog", { class: "task" },
    h("div", { class: "head" }, heading, iconButton("close", "Close", () => element.close())), scroll);
  let size = opened;

  function place() {
    const frame = document.getElementById("app");
    const app = frame.getBoundingClientRect();
    const phone = app.width <= PHONE;
    element.classList.toggle("phone", phone);
    const box = phone
      ? { width: app.width, height: app.height, left: app.left, top: app.top }
      : { width: Math.min(pixels(size.width, WIDTHS), innerWidth - 32), height: Math.min(pixels(size.height, HEIGHTS), innerHeight - 32) };
    element.style.borderRadius = phone ? getComputedStyle(frame).borderRadius : "";
    for (const name of ["width", "height", "left", "top"]) element.style[name] = box[name] === undefined ? "" : `${box[name]}px`;
  }
  function name(title) {
    heading.textContent = title;
    element.setAttribute("aria-label", title);
  }
  function show(dialog) {
    size = dialog;
    name(dialog.title);
    place();
    const drawn = drawCard(dialog.card, {
      width: widthClass(element.clientWidth), conversation: message.conversation, activity: message.id,
      onPress: (pressed) => send(drawn, pressed),
    });
    scroll.replaceChildren(drawn);
    scroll.scrollTop = 0;
    heading.focus();
  }
  // Words alone take the card's place, until somebody closes them.
  function say(text) {
    scroll.replaceChildren(h("div", { class: "said", role: "status" }, h("p", {}, text),
      h("button", { type: "button", class: "button primary", onclick: () => element.close() }, "Close")));
    scroll.querySelector("button").focus();
  }
  function complain(text) {
    scroll.querySelector(":scope > .card-note")?.remove();
    scroll.prepend(h("div", { class: "card-note bad", role: "alert" }, h("span", {}, text)));
    scroll.scrollTop = 0;
  }
  async function send(drawn, pressed) {
    if (pressed.kind !== "submit") {
      complain("This button does nothing here: a dialog knows Action.Submit only.");
      return;
    }
    drawn.setAttribute("aria-busy", "true");
    pressed.button?.classList.add("pressed");
    try {
      const answer = await post("dialog", { as: who, submit: pressed.data });
      if (answer.outcome === "dialog") show(answer.dialog);
      else if (answer.outcome === "message") say(answer.toast);
      else if (answer.outcome === "error") complain(answer.toast);
      else element.close();
    } catch (error) {
      complain(error.message);
    } finally {
      drawn.removeAttribute("aria-busy");
      pressed.button?.classList.remove("pressed");
    }
  }
  element.addEventListener("close", () => {
    removeEventListener("resize", place);
    element.remove();
    post("dialog", { as: who, close: true }).catch(() => {});
  });
  addEventListener("resize", place);
  document.body.append(element);
  element.showModal();
  if (opened.card) show(opened);
  else { name(opened.title); place(); say(opened.text); }
}
