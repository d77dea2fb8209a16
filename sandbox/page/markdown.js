// The `markdown` block: the common Markdown that Slack's block takes, as DOM nodes.

import { h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

const INLINE = [
  [/^`([^`]+)`/, (m) => h("code", null, m[1])],
  [/^!?\[([^\]]*)\]\(([^)\s]+)\)/, (m) => link(m[2], inline(m[1]))],
  [/^\*\*(\S(?:.*?\S)?)\*\*/, (m) => h("strong", null, inline(m[1]))],
  [/^__(\S(?:.*?\S)?)__/, (m) => h("strong", null, inline(m[1]))],
  [/^~~(\S(?:.*?\S)?)~~/, (m) => h("s", null, inline(m[1]))],
  [/^\*(\S(?:.*?\S)?)\*(?!\w)/, (m) => h("em", null, inline(m[1]))],
  [/^_(\S(?:.*?\S)?)_(?!\w)/, (m) => h("em", null, inline(m[1]))],
  [/^\\([\\`*_{}[\]()#+\-.!~|>])/, (m) => m[1]],
  [/^https?:\/\/[^\s<>)]+/, (m) => link(m[0], m[0])],
];

function inline(text) {
  const nodes = [];
  let words = "";
  let rest = text;
  const flush = () => { if (words) nodes.push(withEmoji(words)); words = ""; };
  while (rest) {
    const rule = INLINE.map(([pattern, build]) => [pattern.exec(rest), build]).find(([match]) => match);
    const inWord = /\w$/.test(words) && rest[0] === "_";
    if (rule && !inWord) {
      flush();
      nodes.push(rule[1](rule[0]));
      rest = rest.slice(rule[0][0].length);
    } else {
      words += rest[0];
      rest = rest.slice(1);
    }
  }
  flush();
  return nodes;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
const LIST = /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

function fence(lines) {
  const body = [];
  lines.shift();
  while (lines.length && !lines[0].startsWith("```")) body.push(lines.shift());
  lines.shift();
  return h("pre", null, body.join("\n"));
}

function quote(lines) {
  const body = [];
  while (lines.length && lines[0].startsWith(">")) body.push(lines.shift().replace(/^> ?/, ""));
  return h("blockquote", null, blocks(body));
}

function list(lines) {
  const [, indent, marker] = LIST.exec(lines[0]);
  const node = h(/\d/.test(marker) ? "ol" : "ul", { start: /\d/.test(marker) ? parseInt(marker, 10) : null });
  while (lines.length) {
    const match = LIST.exec(lines[0]);
    if (!match || match[1].length < indent.length) break;
    if (match[1].length > indent.length) { (node.lastElementChild ?? node).append(list(lines)); continue; }
    lines.shift();
    node.append(h("li", null, match[3] ? `${match[3] === " " ? "☐" : "☑"} ` : null, inline(match[4])));
  }
  return node;
}

function table(lines) {
  const head = cells(lines.shift());
  const aligns = cells(lines.shift()).map((rule) => (rule.endsWith(":") ? (rule.startsWith(":") ? "center" : "right") : null));
  const row = (tag, values) => h("tr", null, values.map((v, i) => h(tag, { style: { "text-align": aligns[i] ?? "left" } }, inline(v))));
  const body = [];
  while (lines.length && lines[0].includes("|")) body.push(row("td", cells(lines.shift())));
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", null, h("thead", null, row("th", head)), h("tbody", null, body)));
}

function paragraph(lines) {
  const body = [lines.shift()];
  while (lines.length && lines[0].trim() && !/^(#{1,6} |>|```)/.test(lines[0]) && !LIST.test(lines[0])) body.push(lines.shift());
  return h("p", { class: "lines" }, inline(body.join("\n")));
}

function blocks(lines) {
  const nodes = [];
  while (lines.length) {
    const line = lines[0];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (!line.trim()) lines.shift();
    else if (line.startsWith("```")) nodes.push(fence(lines));
    else if (heading) { lines.shift(); nodes.push(h(heading[1].length < 3 ? "h3" : "h4", null, inline(heading[2]))); }
    else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) { lines.shift(); nodes.push(h("hr")); }
    else if (line.startsWith(">")) nodes.push(quote(lines));
    else if (LIST.test(line)) nodes.push(list(lines));
    else if (line.includes("|") && TABLE_RULE.test(lines[1] ?? "")) nodes.push(table(lines));
    else nodes.push(paragraph(lines));
  }
  return nodes;
}

export function markdown(text) {
  return blocks(text.split("\n"));
}
