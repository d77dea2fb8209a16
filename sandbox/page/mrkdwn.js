// Slack's mrkdwn as DOM nodes. Only text nodes carry foreign text.

import { h, link } from "./dom.js";
import { formatDate } from "./clock.js";
import { withEmoji } from "./emoji.js";
import { channelName, personName, session } from "./session.js";

const STYLES = { "*": "strong", "_": "em", "~": "s" };
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const BROADCASTS = { here: "@here", channel: "@channel", everyone: "@everyone" };

const unescape = (text) => text.replace(/&(lt|gt|amp);/g, (entity) => ENTITIES[entity]);
const plain = (text) => withEmoji(unescape(text));
const word = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);

// A command that stands in a text can be tried: a click puts it in the box below.
function code(text) {
  const isPattern = /\[|[A-Z]{3}/.test(text); // as in "/invoice find CUSTOMER [STATUS]"
  const isCommand = !isPattern && session.commands.some(({ command }) => text === command || text.startsWith(`${command} `));
  return h("code", null, isCommand ? h("button", { type: "button", class: "try", title: "Put this in the message box" }, text) : text);
}

export const mention = (name) => h("span", { class: "mention" }, name);

function special(body, label) {
  const [kind, ...rest] = body.split("^");
  if (kind === "date") {
    const text = formatDate(rest[0], rest[1] ?? "{date}");
    const title = label ? unescape(label) : null;
    return rest[2] ? link(unescape(rest[2]), text, { title }) : h("time", { title }, text);
  }
  if (kind === "subteam") return mention(unescape(label ?? `@${rest[0]}`));
  return mention(BROADCASTS[kind] ?? unescape(label ?? body));
}

function bracket(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? null : inner.slice(bar + 1);
  if (target.startsWith("@")) return mention(`@${personName(target.slice(1))}`);
  if (target.startsWith("#")) return mention(`#${label ? unescape(label) : channelName(target.slice(1))}`);
  if (target.startsWith("!")) return special(target.slice(1), label);
  return link(unescape(target), label ? plain(label) : unescape(target));
}

// Where the mark opened at `start` closes again, or -1: marks hug their text and stand outside words.
function closing(text, start, mark) {
  const next = text[start + 1] ?? " ";
  if (word(text[start - 1]) || next === mark || /\s/.test(next)) return -1;
  for (let end = start + 2; end < text.length; end += 1) {
    if (text[end] === "\n") return -1;
    if (text[end] === mark && !/\s/.test(text[end - 1]) && !word(text[end + 1])) return end;
  }
  return -1;
}

// Slack makes links of bare addresses, too; the sentence's own punctuation stays outside.
const ADDRESS = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)]/y;

function address(text, at) {
  ADDRESS.lastIndex = at;
  const found = word(text[at - 1]) ? null : ADDRESS.exec(text);
  return found && [link(unescape(found[0]), unescape(found[0])), ADDRESS.lastIndex];
}

function token(text, at) {
  const mark = text[at];
  if (mark === "h") return address(text, at);
  if (mark === "`") {
    const end = text.indexOf("`", at + 1);
    if (end > at + 1) return [code(unescape(text.slice(at + 1, end))), end + 1];
  }
  if (mark === "<") {
    const end = text.indexOf(">", at);
    if (end > at + 1) return [bracket(text.slice(at + 1, end)), end + 1];
  }
  if (STYLES[mark]) {
    const end = closing(text, at, mark);
    if (end > 0) return [h(STYLES[mark], null, inline(text.slice(at + 1, end))), end + 1];
  }
  return null;
}

function inline(text) {
  const nodes = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const found = token(text, at);
    if (!found) { at += 1; continue; }
    if (at > from) nodes.push(plain(text.slice(from, at)));
    nodes.push(found[0]);
    from = at = found[1];
  }
  if (from < text.length) nodes.push(plain(text.slice(from)));
  return nodes;
}

const QUOTE = /^(?:>|&gt;) ?/;

function paragraphs(text) {
  const nodes = [];
  let lines = [];
  let quoted = false;
  const flush = () => {
    if (!lines.length) return;
    const content = inline(lines.join("\n"));
    nodes.push(quoted ? h("blockquote", null, content) : h("span", { class: "lines" }, content));
    lines = [];
  };
  for (const line of text.split("\n")) {
    const isQuote = QUOTE.test(line);
    if (isQuote !== quoted) { flush(); quoted = isQuote; }
    lines.push(isQuote ? line.replace(QUOTE, "") : line);
  }
  flush();
  return nodes;
}

export function mrkdwn(text) {
  return text.split("```").flatMap((part, index, parts) => {
    const isCode = index % 2 === 1 && index < parts.length - 1;
    if (isCode) return [h("pre", null, unescape(part.replace(/^\n|\n$/g, "")))];
    const trimmed = index ? (index % 2 ? `\`\`\`${part}` : part.replace(/^\n/, "")) : part;
    return trimmed ? paragraphs(trimmed) : [];
  });
}

/** A Slack text object, or a bare string taken as plain text. */
export function textNodes(object) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  return [h("span", { class: "lines" }, object.emoji === false ? object.text : withEmoji(object.text))];
}

/** The words of a text object, for labels and announcements. */
export function textOf(object) {
  if (!object) return "";
  return withEmoji(typeof object === "string" ? object : object.text ?? "");
}
