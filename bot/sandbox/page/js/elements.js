// Elements that Teams has and Microsoft's renderer has not: Badge, CodeBlock, ProgressBar, charts, containers that
// flow, and choice sets that search (people, the bot's own data, long lists).

import { post } from "./api.js";
import { CHARTS } from "./charts.js";
import { avatar, h } from "./dom.js";
import { byObjectId, store } from "./store.js";

function badge(json) {
  const size = String(json.size ?? "medium").toLowerCase();
  const style = String(json.style ?? "default").toLowerCase();
  const tint = String(json.appearance ?? "filled").toLowerCase() === "tint" ? "tint" : "";
  const shape = String(json.shape ?? "rounded").toLowerCase();
  const element = h("span", { class: `badge ${style} ${size} ${tint} ${shape}`, title: json.tooltip }, json.text ?? "");
  return h("div", { class: "badge-line" }, element);
}

function codeBlock(json) {
  return h("div", { class: "code" },
    json.language ? h("div", { class: "label" }, json.language) : null,
    h("pre", { tabindex: "0", "aria-label": "Code" }, json.codeSnippet ?? ""));
}

function progressBar(json) {
  const max = Number(json.max ?? 100);
  const waiting = json.value === undefined;
  const bar = h("i");
  if (!waiting) bar.style.width = `${Math.min(100, (Number(json.value) / max) * 100)}%`;
  const kind = `progress ${String(json.color ?? "accent").toLowerCase()} ${waiting ? "waiting" : ""}`;
  return h("div", { class: kind, role: "progressbar", "aria-valuemax": String(max), "aria-valuenow": waiting ? null : String(json.value) }, bar);
}

// The source of a choice set's answers: fixed choices, Teams' people, or the bot.
async function find(json, text, context) {
  const dataset = json["choices.data"]?.dataset;
  const fixed = (json.choices ?? []).filter((choice) => choice.title.toLowerCase().includes(text.toLowerCase()));
  if (!dataset) return fixed;
  const { results } = await post("search", { as: store.me, conversation: context.conversation, activity: context.activity, dataset, query: text });
  return [...fixed, ...results];
}

function titleOf(json, value) {
  return json.choices?.find((choice) => choice.value === value)?.title ?? byObjectId(value)?.name ?? value;
}

// Text box with a list below it. `chosen` is an array of values.
const SEARCHED = { "graph.microsoft.com/users": "Search for people" };

function picker(json, context, onChange) {
  const many = Boolean(json.isMultiSelect);
  let chosen = String(json.value ?? "").split(",").filter(Boolean);
  const titles = new Map(chosen.map((value) => [value, titleOf(json, value)]));
  let found = [];
  let active = 0;
  const id = `picker-${crypto.randomUUID()}`;
  const chips = h("div", { class: "chips", hidden: true });
  const list = h("ul", { class: "options", role: "listbox", id, hidden: true, "aria-label": json.label ?? json.placeholder ?? "Choices" });
  const input = h("input", {
    type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id, autocomplete: "off",
    placeholder: json.placeholder ?? (SEARCHED[json["choices.data"]?.dataset] ?? (json["choices.data"] ? "Search" : "Choose")), "aria-label": json.label ?? json.placeholder ?? "Choose",
  });
  const element = h("div", { class: "picker" }, chips, input, list);

  function show() {
    if (!many) input.value = chosen.length ? titles.get(chosen[0]) : "";
    chips.hidden = !many || chosen.length === 0;
    chips.replaceChildren(...(many ? chosen : []).map((value) => h("button", {
      type: "button", class: "chip", "aria-label": `Remove ${titles.get(value)}`,
      onclick: () => { chosen = chosen.filter((other) => other !== value); show(); onChange(); },
    }, `${titles.get(value)} ×`)));
  }
  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function choose(option) {
    titles.set(option.value, option.title);
    chosen = many ? [...new Set([...chosen, option.value])] : [option.value];
    if (many) input.value = "";
    show();
    close();
    onChange();
  }
  function paint() {
    list.replaceChildren(...found.map((option, index) => {
      const somebody = byObjectId(option.value);
      return h("li", {
        role: "option", id: `${id}-${index}`, class: index === active ? "active" : null, "aria-selected": String(index === active),
        onpointerdown: (event) => { event.preventDefault(); choose(option); },
      }, somebody ? avatar(somebody) : null, h("span", {}, option.title, somebody ? h("div", { class: "small quiet" }, somebody.upn) : null));
    }));
    if (!found.length) list.append(h("li", { class: "none" }, "Nobody and nothing found"));
    input.setAttribute("aria-activedescendant", found.length ? `${id}-${active}` : "");
    list.querySelector(".active")?.scrollIntoView({ block: "nearest" });
  }
  async function open(text) {
    const asked = text;
    found = await find(json, text, context).catch(() => []);
    if (!input.isConnected || (asked && asked !== input.value)) return;
    active = 0;
    const box = input.getBoundingClientRect();
    Object.assign(list.style, { left: `${box.left}px`, width: `${box.width}px`, top: `${box.bottom + 4}px` });
    if (box.bottom + 244 > innerHeight) Object.assign(list.style, { top: `${Math.max(4, box.top - 4 - Math.min(240, found.length * 52 + 8))}px` });
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    paint();
  }
  input.addEventListener("focus", () => { input.select(); open(""); });
  input.addEventListener("click", () => { if (list.hidden) open(""); });
  input.addEventListener("input", () => { if (!many) chosen = []; open(input.value); onChange(); });
  input.addEventListener("blur", () => { close(); show(); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") active = Math.min(found.length - 1, active + 1);
    else if (event.key === "ArrowUp") active = Math.max(0, active - 1);
    else if (event.key === "Enter" && found[active]) choose(found[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    if (!list.hidden) paint();
  });
  show();
  return { element, value: () => (chosen.length ? chosen.join(",") : undefined), focus: () => input.focus() };
}

const SIDES = { left: "flex-start", center: "center", right: "flex-end", top: "flex-start", bottom: "flex-end" };
const side = (name, fallback) => SIDES[String(name ?? "").toLowerCase()] ?? fallback;

// Layout.Flow: items side by side in as many rows as they need. Items keep a width of their own.
function flow(element, layout, spacing) {
  const gap = (name) => `${String(name).toLowerCase() === "none" ? 0 : spacing[String(name ?? "default").replace(/^./, (c) => c.toLowerCase())] ?? 8}px`;
  element.classList.add("flow");
  Object.assign(element.style, {
    columnGap: gap(layout.columnSpacing), rowGap: gap(layout.rowSpacing),
    justifyContent: side(layout.horizontalItemsAlignment, "center"), alignItems: side(layout.verticalItemsAlignment, "flex-start"),
  });
  const sizes = { flexBasis: layout.itemWidth, maxWidth: layout.maxItemWidth, minWidth: layout.minItemWidth };
  for (const item of element.children) {
    for (const [name, size] of Object.entries(sizes)) if (size) item.style[name] = size;
    if (String(layout.itemFit).toLowerCase() === "fill") item.style.flexGrow = "1";
  }
}

// Teaches the renderer these elements. The context (conversation, activity) comes from the outermost card object.
export function register(AC) {
  const drawn = { Badge: badge, CodeBlock: codeBlock, ProgressBar: progressBar, ...CHARTS };
  for (const [name, draw] of Object.entries(drawn)) {
    class Drawn extends AC.CardElement {
      getJsonTypeName() { return name; }
      internalParse(source, context) { super.internalParse(source, context); this.source = source; }
      internalRender() { return draw(this.source); }
    }
    AC.GlobalRegistry.elements.register(name, Drawn);
  }
  // Layouts whose targetWidth does not fit were taken out before; without one, items are stacked.
  class Container extends AC.Container {
    internalParse(source, context) { super.internalParse(source, context); this.layout = source.layouts?.[0]; }
    internalRender() {
      const element = super.internalRender();
      if (element && this.layout?.type === "Layout.Flow") flow(element, this.layout, this.hostConfig.spacing);
      return element;
    }
  }
  AC.GlobalRegistry.elements.register("Container", Container);
  class Picker extends AC.Input {
    getJsonTypeName() { return "Input.Picker"; }
    internalParse(source, context) { super.internalParse(source, context); this.source = source; }
    internalRender() {
      const context = this.getRootElement().sandboxContext ?? {};
      this.control = picker(this.source, context, () => this.valueChanged());
      return this.control.element;
    }
    focus() { this.control?.focus(); }
    isSet() { return Boolean(this.value); }
    isDirty() { return this.value !== this.source.value; }
    get isNullable() { return false; }
    get value() { return this.control?.value(); }
  }
  AC.GlobalRegistry.elements.register("Input.Picker", Picker);
}
