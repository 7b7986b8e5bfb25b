// The left side: the team with its channels, then the chats of the person that I am.

import { avatar, h } from "./dom.js";
import { store, title, unread, visible } from "./store.js";

export function drawRail(rail, go) {
  const item = (c, sign) => {
    const count = unread(c);
    const current = c.key === store.at;
    return h("li", {}, h("button", {
      type: "button", class: `item${count ? " unread" : ""}`, "aria-current": current ? "true" : null, dataset: { key: c.key }, onclick: () => go(c.key),
    }, sign, h("span", { class: "name" }, title(c)), count ? h("span", { class: "count", "aria-label": `${count} new` }, String(count)) : null));
  };
  const mine = visible();
  const channels = mine.filter((c) => c.kind === "channel");
  const chats = mine.filter((c) => c.kind !== "channel");
  const two = h("span", { class: "avatar tone-2", "aria-hidden": "true" }, "AB");
  rail.replaceChildren(
    h("h2", {}, "Chats"),
    h("ul", {}, chats.map((c) => item(c, c.kind === "personal" ? avatar(null) : two.cloneNode(true)))),
    h("h2", {}, "Teams and channels"),
    h("div", { class: "team" }, h("span", { class: "square", "aria-hidden": "true" }, "SO"), store.team.name),
    h("ul", {}, channels.map((c) => item(c, h("span", { class: "sign", "aria-hidden": "true" }, "#")))),
  );
}
