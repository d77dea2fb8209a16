// Slack's rich_text block.

import { h, link } from "./dom.js";
import { formatDate } from "./clock.js";
import { emoji } from "./emoji.js";
import { mention } from "./mrkdwn.js";
import { channelName, personName } from "./session.js";

const STYLE_TAGS = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function styled(node, style) {
  return Object.entries(STYLE_TAGS).reduce((inner, [name, tag]) => (style?.[name] ? h(tag, null, inner) : inner), node);
}

const LEAVES = {
  text: (e) => e.text,
  link: (e) => link(e.url, e.text ?? e.url),
  user: (e) => mention(`@${personName(e.user_id)}`),
  channel: (e) => mention(`#${channelName(e.channel_id)}`),
  usergroup: (e) => mention(`@${e.usergroup_id}`),
  broadcast: (e) => mention(`@${e.range}`),
  emoji: (e) => emoji(e.name),
  date: (e) => h("time", { title: e.fallback }, formatDate(e.timestamp, e.format ?? "{date}")),
  color: (e) => h("span", null, h("span", { class: "swatch", style: { background: e.value } }), e.value),
};

function leaves(elements) {
  return (elements ?? []).map((e) => styled(LEAVES[e.type]?.(e) ?? "", e.style));
}

function list(e) {
  const tag = e.style === "ordered" ? "ol" : "ul";
  return h(tag, { start: e.offset ? e.offset + 1 : null, style: { "--indent": String(e.indent ?? 0) } },
    e.elements.map((item) => h("li", null, leaves(item.elements))));
}

const PARTS = {
  rich_text_section: (e) => h("p", { class: "lines" }, leaves(e.elements)),
  rich_text_list: list,
  rich_text_quote: (e) => h("blockquote", { class: "lines" }, leaves(e.elements)),
  rich_text_preformatted: (e) => h("pre", null, leaves(e.elements)),
};

export function richText(block) {
  return h("div", { class: "rich" }, (block.elements ?? []).map((e) => PARTS[e.type]?.(e)));
}

/** The words of a rich_text value, for sorting. */
export function richWords(node) {
  return node.text ?? (node.elements ?? []).map(richWords).join(" ");
}
