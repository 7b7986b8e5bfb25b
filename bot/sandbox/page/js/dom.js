// Small helpers to build the page. Text always goes in as text, never as markup.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const PATHS = {
  back: "M12.5 4.5 7 10l5.5 5.5",
  close: "m5 5 10 10M15 5 5 15",
  down: "m6 8 4 4 4-4",
  more: "M5 10h.01M10 10h.01M15 10h.01",
  send: "M3.5 3.5 17 10 3.5 16.5 5.5 10Zm2 6.5H11",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M15.7 4.3l-1.1 1.1M5.4 14.6l-1.1 1.1",
  moon: "M16 11.8A6.5 6.5 0 0 1 8.2 4 6.5 6.5 0 1 0 16 11.8Z",
  phone: "M6.5 2.5h7a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1ZM9 15h2",
  desktop: "M3 4h14v9.5H3ZM7.5 16.5h5M10 13.5v3",
  controls: "M3 6h8M15 6h2M13 4v4M3 14h2M9 14h8M7 12v4",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5Zm7.5-2a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  shield: "M10 2.5 16 5v4.5c0 3.8-2.5 6.6-6 8-3.5-1.4-6-4.2-6-8V5Z",
  file: "M5 2.5h6.5L15 6v11.5H5ZM11.5 2.5V6H15M7.5 10h5M7.5 13h5",
  bell: "M10 3a4.5 4.5 0 0 0-4.5 4.5v3L4 13.5h12l-1.5-3v-3A4.5 4.5 0 0 0 10 3ZM8 15.5a2 2 0 0 0 4 0",
};

export function icon(name) {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", "aria-hidden": "true", fill: "none", stroke: "currentColor", "stroke-width": name === "more" ? 2.4 : 1.5,
      "stroke-linecap": "round", "stroke-linejoin": "round" },
    svg("path", { d: PATHS[name] }),
  );
}

export function iconButton(name, label, onclick, more = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...more }, icon(name));
}

export function avatar(person) {
  if (!person) {
    const bell = icon("bell");
    bell.setAttribute("stroke-width", "2");
    return h("span", { class: "avatar bot", "aria-hidden": "true" }, bell);
  }
  const initials = person.name.split(" ").map((part) => part[0]).join("");
  return h("span", { class: `avatar tone-${person.tone}`, "aria-hidden": "true" }, initials);
}

export function toast(text) {
  const element = h("div", { class: "toast" }, text);
  document.getElementById("toasts").append(element);
  setTimeout(() => element.remove(), 5000);
}

// A menu button: `entries()` gives [{label | node, checked, role, run}]; arrows move, Escape closes.
export function menuButton(button, label, entries) {
  const anchor = h("span", { class: "menu-anchor" }, button);
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  let menu = null;
  const outside = (event) => { if (!anchor.contains(event.target)) close(false); };
  function close(refocus = true) {
    menu?.remove();
    menu = null;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside);
    if (refocus) button.focus();
  }
  function move(step) {
    const items = [...menu.querySelectorAll("[role^=menuitem]")];
    const next = items[(items.indexOf(document.activeElement) + step + items.length) % items.length];
    next?.focus();
  }
  function open() {
    menu = h("div", { class: "menu", role: "menu", "aria-label": label }, entries().map((entry) => entry.note
      ? h("div", { class: "menu-note small quiet" }, entry.note)
      : h("button", {
        type: "button", role: entry.checked === undefined ? "menuitem" : "menuitemradio", tabindex: "-1",
        "aria-checked": entry.checked === undefined ? null : String(entry.checked),
        onclick: () => { close(); entry.run(); },
      }, entry.content)));
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
      else if (event.key === "ArrowDown") move(1);
      else if (event.key === "ArrowUp") move(-1);
      else return;
      event.preventDefault();
    });
    anchor.append(menu);
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside);
    (menu.querySelector('[aria-checked="true"]') ?? menu.querySelector("button"))?.focus();
  }
  button.addEventListener("click", () => (menu ? close() : open()));
  return anchor;
}
