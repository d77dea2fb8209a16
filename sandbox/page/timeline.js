// The messages of one channel, oldest first, threads inline.

import { blocks, messageText, redraw } from "./blocks.js";
import { dayKey, dayOf, timeOf } from "./clock.js";
import { fill, h, link, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { textOf } from "./mrkdwn.js";
import { meet, personName, session } from "./session.js";
import { Surface, tellFailure } from "./surface.js";
import { post } from "./api.js";
import { announce } from "./toast.js";

const SAME_BREATH = 300; // seconds within which one person's messages stand under one name
const NEAR_BOTTOM = 120; // pixels
const SPOKEN = 240; // characters read aloud of a new message

export function avatar(name, isBot) {
  const hue = [...name].reduce((sum, character) => (sum * 31 + character.codePointAt(0)) % 360, 7);
  const initials = name.split(/\s+/).slice(0, 2).map((part) => [...part][0]).join("").toUpperCase();
  return h("span", { class: isBot ? "avatar bot" : "avatar", "aria-hidden": "true", style: { "--hue": String(hue) } }, isBot ? "◆" : initials);
}

const authorOf = (message) => message.username || personName(message.user);

function attachments(files) {
  return (files ?? []).map((file) => {
    const isImage = file.mimetype?.startsWith("image/") && safeUrl(file.url);
    return h("div", { class: "file" }, isImage ? h("img", { src: file.url, alt: file.name }) : icon("file"), link(file.url, file.name));
  });
}

/** One message or reply on the page. */
class Item {
  constructor(channel, message) {
    this.channel = channel;
    this.surface = new Surface({ type: "message", channel, ts: message.ts });
    this.main = h("div", { class: "message-main", tabindex: "-1" });
    this.thread = h("div", { class: "thread", role: "list", "aria-label": "Replies", hidden: true });
    this.replies = new Map();
    this.root = h("article", { class: "message", "data-ts": message.ts }, this.main, this.thread);
    this.surface.root = this.main;
    this.draw(message);
  }

  draw(message) {
    this.message = message;
    const name = authorOf(message);
    meet(message.user, message.username);
    this.root.setAttribute("aria-label", `${name} at ${timeOf(message.ts)}`);
    this.root.classList.toggle("ephemeral", Boolean(message.ephemeral));
    redraw(this.main, () => fill(this.main,
      avatar(name, message.is_bot),
      h("div", { class: "message-body" },
        h("div", { class: "message-head" }, h("b", null, name), message.is_bot ? h("span", { class: "tag" }, "APP") : null,
          h("time", { title: dayOf(message.ts) }, timeOf(message.ts))),
        message.ephemeral ? h("div", { class: "only-you" }, icon("eye"), " Only visible to you") : null,
        h("div", { class: "content" }, message.blocks?.length ? blocks(message.blocks, this.surface) : messageText(message.text ?? "")),
        message.edited ? h("span", { class: "edited" }, "(edited)") : null,
        attachments(message.files)),
      this.#tools()));
    for (const reply of message.replies ?? []) this.reply(reply);
  }

  #tools() {
    const offered = session.shortcuts.filter((shortcut) => shortcut.type === "message" || shortcut.type === "message_action");
    if (!offered.length || this.message.ephemeral) return null;
    const run = async (shortcut) => {
      const answer = await post("shortcut", { callback_id: shortcut.callback_id, channel: this.channel, message_ts: this.message.ts });
      tellFailure(answer);
    };
    return h("div", { class: "message-tools" }, menuButton({ class: "button icon", "aria-label": "Message shortcuts" }, "•••",
      () => offered.map((shortcut) => ({ label: shortcut.name, run: () => run(shortcut) }))));
  }

  reply(message) {
    const known = this.replies.get(message.ts);
    if (known) return known.draw(message);
    const item = new Item(this.channel, message);
    item.root.setAttribute("role", "listitem");
    this.replies.set(message.ts, item);
    this.thread.append(item.root);
    this.thread.hidden = false;
    return undefined;
  }

  removeReply(ts) {
    this.replies.get(ts)?.root.remove();
    this.replies.delete(ts);
    this.thread.hidden = !this.replies.size;
  }
}

export class Timeline {
  #items = new Map();
  #rest = -1; // where the reader was last brought to

  constructor(channel) {
    this.channel = channel;
    this.list = h("div", { class: "messages", role: "log", "aria-live": "off", "aria-label": "Messages" });
    this.pill = h("button", { type: "button", class: "new-pill", hidden: true, onclick: () => this.#toLatest() }, "New messages ↓");
    this.scroller = h("div", { class: "scroller", tabindex: "0", "aria-label": "Messages", role: "region",
      onscroll: () => { if (this.#atBottom) this.pill.hidden = true; } }, this.list);
    this.root = h("div", { class: "timeline" }, this.scroller, this.pill);
  }

  get #atBottom() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR_BOTTOM;
  }

  /** The reader follows along: at the bottom, or still where the latest message began. */
  get #follows() {
    return this.#atBottom || this.scroller.scrollTop === this.#rest;
  }

  // To the bottom, but never past the beginning of a message that is taller than the screen.
  #toLatest() {
    const { scroller } = this;
    scroller.scrollTop = scroller.scrollHeight;
    const above = scroller.getBoundingClientRect().top - (this.list.lastElementChild?.getBoundingClientRect().top ?? 0);
    if (above > 0) scroller.scrollTop -= above;
    this.#rest = scroller.scrollTop;
    this.pill.hidden = true;
  }

  /** Shows what the server holds; what the event stream brought meanwhile is newer and stays. */
  load(messages) {
    for (const message of messages) if (!this.#find(message.ts)) this.#place(message);
    this.#decorate();
    this.#toLatest();
  }

  receive(message) {
    const follows = this.#follows || message.user === session.user || message.ephemeral;
    const isNew = !this.#find(message.ts);
    this.#place(message);
    this.#decorate();
    if (follows) this.#toLatest();
    else if (isNew) this.pill.hidden = false;
    if (isNew) announce(`${authorOf(message)}: ${textOf(message.text).slice(0, SPOKEN)}`);
  }

  remove(ts) {
    this.#items.get(ts)?.root.remove();
    this.#items.delete(ts);
    for (const item of this.#items.values()) item.removeReply(ts);
    this.#decorate();
  }

  #find(ts) {
    return this.#items.get(ts) ?? [...this.#items.values()].map((item) => item.replies.get(ts)).find(Boolean);
  }

  #place(message) {
    const known = this.#find(message.ts);
    if (known) return known.draw(message);
    const parent = message.thread_ts && message.thread_ts !== message.ts ? this.#items.get(message.thread_ts) : null;
    if (parent) return parent.reply(message);
    const item = new Item(this.channel, message);
    const later = [...this.#items.values()].find((other) => Number(other.message.ts) > Number(message.ts));
    this.list.insertBefore(item.root, later?.root ?? null);
    this.#items.set(message.ts, item);
    if (later) this.#items = new Map([...this.#items].sort(([a], [b]) => Number(a) - Number(b)));
    return undefined;
  }

  // Day dividers, and one name over messages that follow each other quickly.
  #decorate() {
    for (const node of this.list.querySelectorAll(":scope > :not(.message)")) node.remove();
    let before = null;
    for (const { message, root } of this.#items.values()) {
      const newDay = !before || dayKey(before.ts) !== dayKey(message.ts);
      if (newDay) root.before(h("div", { class: "day", role: "separator" }, h("span", null, dayOf(message.ts))));
      const follows = !newDay && authorOf(before) === authorOf(message) && !message.ephemeral && !before.ephemeral
        && Number(message.ts) - Number(before.ts) < SAME_BREATH && !before.reply_count;
      root.classList.toggle("follows", follows);
      before = message;
    }
    if (!this.#items.size) this.list.append(h("p", { class: "empty" }, "No messages yet. Type / below to see what the bot can do."));
  }
}
