// The `data_visualization` block drawn in SVG: bar, line and area over categories, and pie.

import { h, s, uid } from "./dom.js";

const WIDTH = 560;
const HEIGHT = 260;
const FRAME = { left: 64, right: 12, top: 12, bottom: 48 };
const TICKS = 5;
const LABEL_WIDTH = 7;
const NAME_HEIGHT = 22;

const color = (i) => `var(--series-${(i % 12) + 1})`;
const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

// The round step (1, 2, 2.5 or 5 times a power of ten) that splits `span` in about TICKS parts.
function roundStep(span) {
  const rough = span / TICKS || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) * power;
}

/** The linear scale over all values, always with zero in it, with its tick values. */
function scaleOf(values) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const step = roundStep(high - low || 1);
  const bottom = Math.floor(low / step) * step;
  const top = Math.max(Math.ceil(high / step) * step, bottom + step);
  const ticks = Array.from({ length: Math.round((top - bottom) / step) + 1 }, (_, i) => bottom + i * step);
  const span = HEIGHT - FRAME.top - FRAME.bottom;
  return { ticks, y: (value) => FRAME.top + ((top - value) / (top - bottom)) * span };
}

function yAxis(scale, label) {
  const lines = scale.ticks.map((tick) => [
    s("line", { class: tick === 0 ? "axis" : "grid", x1: FRAME.left, x2: WIDTH - FRAME.right, y1: scale.y(tick), y2: scale.y(tick) }),
    s("text", { x: FRAME.left - 8, y: scale.y(tick) + 4, "text-anchor": "end" }, short.format(tick)),
  ]);
  const middle = (HEIGHT - FRAME.bottom + FRAME.top) / 2;
  const name = label ? s("text", { class: "axis-name", transform: `translate(14 ${middle}) rotate(-90)`, "text-anchor": "middle" }, label) : null;
  return [lines, name];
}

function xAxis(categories, x, label) {
  const room = (WIDTH - FRAME.left - FRAME.right) / categories.length;
  const longest = Math.max(...categories.map((name) => name.length)) * LABEL_WIDTH;
  const every = Math.max(1, Math.ceil(Math.min(longest + 8, 110) / room));
  const fits = Math.floor((room * every) / LABEL_WIDTH);
  const cut = (name) => (name.length > fits ? `${name.slice(0, Math.max(1, fits - 1))}…` : name);
  const names = categories.map((name, i) => (i % every ? null
    : s("text", { x: x(i), y: HEIGHT - FRAME.bottom + 18, "text-anchor": "middle" }, cut(name), s("title", null, name))));
  const axisName = label ? s("text", { class: "axis-name", x: (WIDTH + FRAME.left) / 2, y: HEIGHT - 6, "text-anchor": "middle" }, label) : null;
  return [names, axisName];
}

const pointTitle = (name, label, value) => s("title", null, `${name}, ${label}: ${number.format(value)}`);

function bars(series, categories, scale, x, room) {
  const width = Math.min((room * 0.76) / series.length, 48);
  return series.map((one, k) => one.data.map((point, i) => {
    const from = scale.y(Math.max(0, point.value));
    const height = Math.max(Math.abs(scale.y(point.value) - scale.y(0)), 0.5);
    return s("rect", { class: "mark", x: x(i) + (k - series.length / 2) * width, y: from, width: Math.max(width - 2, 1), height, rx: 2, fill: color(k) },
      pointTitle(one.name, categories[i], point.value));
  }));
}

const pathOf = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

function lines(series, categories, scale, x, filled) {
  return series.map((one, k) => {
    const points = one.data.map((point, i) => [x(i), scale.y(point.value)]);
    const base = `L${points.at(-1)[0]} ${scale.y(0)}L${points[0][0]} ${scale.y(0)}Z`;
    return [
      filled ? s("path", { class: "area", d: pathOf(points) + base, fill: color(k) }) : null,
      s("path", { class: "stroke", d: pathOf(points), stroke: color(k) }),
      points.map(([cx, cy], i) => s("circle", { class: "mark", cx, cy, r: 3.5, fill: color(k) }, pointTitle(one.name, categories[i], one.data[i].value))),
    ];
  });
}

function axes(chart) {
  const series = chart.series ?? [];
  const config = chart.axis_config ?? {};
  const categories = config.categories ?? series[0]?.data.map((point) => point.label) ?? [];
  const scale = scaleOf(series.flatMap((one) => one.data.map((point) => point.value)));
  const room = (WIDTH - FRAME.left - FRAME.right) / Math.max(categories.length, 1);
  const x = (i) => FRAME.left + room * (i + 0.5);
  const marks = chart.type === "bar" ? bars(series, categories, scale, x, room) : lines(series, categories, scale, x, chart.type === "area");
  return {
    height: config.x_label ? HEIGHT : HEIGHT - NAME_HEIGHT,
    shapes: [yAxis(scale, config.y_label), xAxis(categories, x, config.x_label), marks],
    legend: series.map((one) => one.name),
    words: series.map((one) => `${one.name}: ${one.data.map((p, i) => `${categories[i]} ${number.format(p.value)}`).join(", ")}`).join(". "),
  };
}

function slice(from, to, i) {
  const [cx, cy, outer, inner] = [WIDTH / 2, HEIGHT / 2, 112, 62];
  const at = (turn, radius) => `${cx + radius * Math.sin(turn)} ${cy - radius * Math.cos(turn)}`;
  // A full circle has no arc from a point to itself: stop just short of it.
  const end = Math.min(to, from + 2 * Math.PI - 0.0001);
  const large = end - from > Math.PI ? 1 : 0;
  const d = `M${at(from, outer)}A${outer} ${outer} 0 ${large} 1 ${at(end, outer)}L${at(end, inner)}A${inner} ${inner} 0 ${large} 0 ${at(from, inner)}Z`;
  return { d, fill: color(i) };
}

function pie(chart) {
  const total = chart.segments.reduce((sum, segment) => sum + segment.value, 0);
  const share = (value) => `${Math.round((value / total) * 100)}%`;
  let turn = 0;
  const shapes = chart.segments.map((segment, i) => {
    const from = turn;
    turn += (segment.value / total) * 2 * Math.PI;
    return s("path", { class: "mark slice", ...slice(from, turn, i) }, pointTitle(segment.label, share(segment.value), segment.value));
  });
  const middle = s("text", { class: "total", x: WIDTH / 2, y: HEIGHT / 2 + 6, "text-anchor": "middle" }, short.format(total));
  return {
    height: HEIGHT,
    shapes: [shapes, middle],
    legend: chart.segments.map((segment) => `${segment.label} · ${share(segment.value)}`),
    words: chart.segments.map((segment) => `${segment.label} ${number.format(segment.value)}, ${share(segment.value)}`).join(". "),
  };
}

export function chart(block) {
  const drawn = block.chart.type === "pie" ? pie(block.chart) : axes(block.chart);
  const [title, description] = [uid("chart"), uid("chart")];
  const picture = s("svg", { viewBox: `0 0 ${WIDTH} ${drawn.height}`, role: "img", "aria-labelledby": `${title} ${description}`, class: `chart ${block.chart.type}` },
    s("title", { id: title }, block.title), s("desc", { id: description }, drawn.words), drawn.shapes);
  const legend = h("ul", { class: "legend", "aria-hidden": "true" },
    drawn.legend.map((name, i) => h("li", null, h("span", { class: "swatch", style: { background: color(i) } }), name)));
  return h("figure", { class: "chart-box" }, h("figcaption", null, block.title), picture, legend);
}
