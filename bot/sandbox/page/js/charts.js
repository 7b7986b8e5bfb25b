// Teams' charts as plain shapes: donut and pie, bars across, bars up (also grouped or stacked), lines.

import { h, svg } from "./dom.js";

const SERIES = ["--chart-1", "--chart-2", "--chart-3", "--chart-4", "--chart-5", "--chart-6"];
const NAMED = {
  good: "--chart-good", warning: "--chart-warning", attention: "--chart-attention", neutral: "--chart-neutral",
  categoricalred: "--chart-attention", categoricalpurple: "--chart-4", categoricallavender: "--chart-4",
  categoricalblue: "--chart-1", categoricallightblue: "--chart-1", categoricalteal: "--chart-3", categoricalgreen: "--chart-5",
  categoricallime: "--chart-5", categoricalmarigold: "--chart-warning", categoricalorange: "--chart-6",
  divergingred: "--chart-attention", diverginglightred: "--chart-attention", divergingblue: "--chart-1",
  divergingcyan: "--chart-3", divergingyellow: "--chart-warning", divergingpink: "--chart-2", divergingpurple: "--chart-4",
  divergingmaroon: "--chart-attention", diverginggray: "--chart-neutral", diverginglime: "--chart-5",
};

function colour(name, index) {
  const key = String(name ?? "").toLowerCase();
  const sequential = /^sequential(\d)$/.exec(key);
  if (sequential) return `color-mix(in srgb, var(--chart-1) ${100 - (sequential[1] - 1) * 9}%, var(--raised))`;
  return `var(${NAMED[key] ?? SERIES[index % SERIES.length]})`;
}

function paint(element, name, index, property = "background") {
  element.style.setProperty(property, colour(name, index));
  return element;
}

function legend(entries, withValues) {
  return h("div", { class: "legend" }, entries.map((entry, index) => h("span", {},
    paint(h("i"), entry.color, index), entry.name, withValues ? h("b", {}, String(entry.value)) : null)));
}

function frame(chart, content, spoken) {
  const described = h("div", { class: "chart", role: "img", "aria-label": `${chart.title ?? "Chart"}: ${spoken}` });
  if (chart.title && chart.showTitle !== false) described.append(h("div", { class: "chart-title" }, chart.title));
  described.append(...content);
  return described;
}

function donut(chart, hole) {
  const data = (chart.data ?? []).map((d) => ({ name: d.legend ?? "", value: Number(d.value ?? 0), color: d.color }));
  const total = data.reduce((sum, d) => sum + d.value, 0);
  const radius = hole ? 48 : 32;
  const around = 2 * Math.PI * radius;
  let turned = 0;
  const rings = data.map((d, index) => {
    const share = total ? d.value / total : 0;
    const gap = data.length > 1 && share < 1 ? 1.5 : 0;
    const ring = svg("circle", {
      cx: 66, cy: 66, r: radius, fill: "none", "stroke-width": hole ? 20 : 64, transform: `rotate(${turned * 360 - 90} 66 66)`,
      "stroke-dasharray": `${Math.max(0, share * around - gap)} ${around}`,
    });
    turned += share;
    return paint(ring, d.color, index, "stroke");
  });
  const middle = hole ? svg("text", { x: 66, y: 73, "text-anchor": "middle", class: "strong" }, chart.value ?? String(total)) : null;
  const picture = svg("svg", { viewBox: "0 0 132 132", "aria-hidden": "true" }, rings, middle);
  const spoken = data.map((d) => `${d.name} ${d.value}`).join(", ");
  return frame(chart, [h("div", { class: "side" }, picture, legend(data, true))], spoken);
}

function across(chart, rows) {
  const most = Math.max(1, ...rows.map((row) => row.parts.reduce((sum, part) => sum + part.value, 0)));
  const bars = h("div", { class: "bars" });
  for (const row of rows) {
    const sum = row.parts.reduce((total, part) => total + part.value, 0);
    const track = h("span", { class: "track" });
    row.parts.forEach((part, index) => {
      const piece = paint(h("i"), part.color, part.index ?? index);
      piece.style.width = `${(part.value / most) * 100}%`;
      track.append(piece);
    });
    bars.append(h("span", { class: "bar-name", title: row.name }, row.name), track, h("b", {}, String(sum)));
  }
  return bars;
}

function horizontal(chart) {
  const rows = (chart.data ?? []).map((d) => ({
    name: String(d.x ?? ""), parts: [{ value: Number(d.y ?? 0), color: d.color ?? chart.color, index: 0 }],
  }));
  const spoken = rows.map((row) => `${row.name} ${row.parts[0].value}`).join(", ");
  return frame(chart, [across(chart, rows)], spoken);
}

function horizontalStacked(chart) {
  const rows = (chart.data ?? []).map((d) => ({
    name: String(d.title ?? ""),
    parts: (d.data ?? []).map((part) => ({ name: part.legend ?? "", value: Number(part.value ?? 0), color: part.color })),
  }));
  const kinds = rows[0]?.parts ?? [];
  const spoken = rows.map((row) => `${row.name}: ${row.parts.map((p) => `${p.name} ${p.value}`).join(", ")}`).join("; ");
  return frame(chart, [across(chart, rows), legend(kinds, false)], spoken);
}

// A round number above the greatest value, and the lines of the grid below it.
function scale(most) {
  const rough = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].find((n) => n * power >= rough) * power);
  const top = Math.ceil(Math.max(1, most) / step) * step;
  return { top, lines: Array.from({ length: Math.round(top / step) + 1 }, (_, n) => n * step) };
}

const BOX = { height: 180, left: 34, right: 8, top: 10, bottom: 24 };

function axes(most, names, width) {
  const { top, lines } = scale(most);
  const inner = { width: width - BOX.left - BOX.right, height: BOX.height - BOX.top - BOX.bottom };
  const y = (value) => BOX.top + inner.height * (1 - value / top);
  const slot = inner.width / Math.max(1, names.length);
  const every = Math.ceil(names.length / Math.max(1, Math.floor(inner.width / 56)));
  const parts = lines.flatMap((value) => [
    svg("line", { class: "grid", x1: BOX.left, x2: width - BOX.right, y1: y(value), y2: y(value) }),
    svg("text", { x: BOX.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)),
  ]);
  names.forEach((name, index) => {
    if (index % every) return;
    const label = name.length > 12 ? `${name.slice(0, 11)}…` : name;
    parts.push(svg("text", { x: BOX.left + slot * (index + 0.5), y: BOX.height - 6, "text-anchor": "middle" }, label));
  });
  return { parts, y, slot, x: (index) => BOX.left + slot * index };
}

// A picture that is drawn for the width it has, so that its letters keep their size.
function picture(draw) {
  const host = h("div", { class: "plot" });
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width < 1 || host.dataset.width === String(width)) return;
    host.dataset.width = String(width);
    host.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${BOX.height}`, "aria-hidden": "true" }, draw(width)));
  }).observe(host);
  return host;
}

function columns(chart, series, stacked) {
  const names = [...new Set(series.flatMap((s) => s.values.map((v) => String(v.x))))];
  const at = (s, name) => Number(s.values.find((v) => String(v.x) === name)?.y ?? 0);
  const most = Math.max(0, ...names.map((name) => {
    const values = series.map((s) => at(s, name));
    return stacked ? values.reduce((sum, v) => sum + v, 0) : Math.max(...values);
  }));
  const picturing = (width) => columnParts(chart, series, stacked, { names, at, ...axes(most, names, width) });
  const spoken = series.map((s) => `${s.name} ${names.map((name) => `${name} ${at(s, name)}`).join(", ")}`).join("; ");
  const below = series.length > 1 ? [legend(series, false)] : [];
  return frame(chart, [picture(picturing), ...below], spoken);
}

function columnParts(chart, series, stacked, { names, at, parts, y, slot, x }) {
  const room = Math.min(slot * 0.7, 56);
  names.forEach((name, n) => {
    let below = 0;
    series.forEach((s, index) => {
      const value = at(s, name);
      const wide = stacked || series.length === 1 ? room : room / series.length;
      const left = x(n) + (slot - room) / 2 + (stacked || series.length === 1 ? 0 : wide * index);
      const rect = svg("rect", { x: left, width: Math.max(1, wide - 1.5), y: y(below + value), height: Math.max(0, y(below) - y(below + value)), rx: 2 });
      parts.push(paint(rect, s.values.find((v) => String(v.x) === name)?.color ?? s.color, index, "fill"));
      if (stacked) below += value;
      if (chart.showBarValues && value) {
        parts.push(svg("text", { x: left + wide / 2, y: y(below || value) - 4, "text-anchor": "middle" }, String(value)));
      }
    });
  });
  return parts;
}

function line(chart) {
  const series = seriesOf(chart);
  const names = [...new Set(series.flatMap((s) => s.values.map((v) => String(v.x))))];
  const most = Math.max(0, ...series.flatMap((s) => s.values.map((v) => Number(v.y ?? 0))));
  const picturing = (width) => {
    const { parts, y, slot, x } = axes(most, names.map(shortDate), width);
    series.forEach((s, index) => {
      const points = s.values.map((v) => [x(names.indexOf(String(v.x))) + slot / 2, y(Number(v.y ?? 0))]);
      const path = svg("polyline", { points: points.map((p) => p.join(",")).join(" "), fill: "none", "stroke-width": 2, "stroke-linejoin": "round" });
      parts.push(paint(path, s.color, index, "stroke"));
      for (const [cx, cy] of points) parts.push(paint(svg("circle", { cx, cy, r: 2.5 }), s.color, index, "fill"));
    });
    return parts;
  };
  const spoken = series.map((s) => `${s.name} ${s.values.map((v) => `${v.x} ${v.y}`).join(", ")}`).join("; ");
  return frame(chart, [picture(picturing), series.length > 1 ? legend(series, false) : ""], spoken);
}

function shortDate(name) {
  const date = /^\d{4}-\d\d-\d\d/.test(name) ? new Date(name) : null;
  return date ? date.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" }) : name;
}

function seriesOf(chart) {
  return (chart.data ?? []).map((d) => ({ name: d.legend ?? "", color: d.color, values: d.values ?? [] }));
}

export const CHARTS = {
  "Chart.Donut": (chart) => donut(chart, true),
  "Chart.Pie": (chart) => donut(chart, false),
  "Chart.HorizontalBar": horizontal,
  "Chart.HorizontalBar.Stacked": horizontalStacked,
  "Chart.VerticalBar": (chart) => columns(chart, [{ name: "", color: chart.color, values: chart.data ?? [] }], false),
  "Chart.VerticalBar.Grouped": (chart) => columns(chart, seriesOf(chart), Boolean(chart.stacked)),
  "Chart.Line": line,
};
