// Where a person writes: messages, slash commands with completion, and the global shortcuts.

import { post } from "./api.js";
import { suggestions } from "./completion.js";
import { fill, h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { channelName, session } from "./session.js";
import { tellFailure } from "./surface.js";

const TALLEST = 200; // pixels

export class Composer {
  #offered = [];
  #active = -1;
  #moved = false;
  #sent = [];
  #recalled = 0;

  constructor() {
    this.list = h("div", { class: "popup completion", role: "listbox", id: uid("completion"), "aria-label": "Commands", hidden: true });
    this.box = h("textarea", { rows: "1", "data-testid": "composer", "aria-autocomplete": "list", "aria-controls": this.list.id, role: "combobox",
      "aria-expanded": "false", "aria-haspopup": "listbox", autocomplete: "off",
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: () => this.#offer([]) });
    this.button = h("button", { type: "button", class: "send", "aria-label": "Send", "data-testid": "send", onclick: () => this.send() }, icon("send"));
    const global = () => session.shortcuts.filter((shortcut) => shortcut.type !== "message" && shortcut.type !== "message_action");
    this.shortcuts = menuButton({ class: "icon-button", "aria-label": "Shortcuts", "data-testid": "shortcuts" }, icon("bolt"),
      () => global().map((shortcut) => ({ label: shortcut.name, run: () => this.#shortcut(shortcut) })));
    this.root = h("div", { class: "composer" }, this.list, h("div", { class: "composer-row" }, this.shortcuts, this.box, this.button),
      h("div", { class: "composer-help" }, h("kbd", null, "/"), " commands · ", h("kbd", null, "Enter"), " sends · ",
        h("kbd", null, "Shift Enter"), " new line"));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  enter(channel) {
    this.channel = channel;
    const { is_im: isDirect } = session.channels.get(channel) ?? {};
    const place = `${isDirect ? "" : "#"}${channelName(channel)}`;
    this.box.placeholder = `Message ${place}`;
    this.box.setAttribute("aria-label", `Message ${place}`);
    this.shortcuts.hidden = !session.shortcuts.some((shortcut) => shortcut.type !== "message" && shortcut.type !== "message_action");
    this.#set("");
  }

  /** Puts a command in the box, ready to be changed or sent. */
  propose(text) {
    this.#set(text);
    this.#offer([]);
    this.box.focus();
  }

  #set(text) {
    this.box.value = text;
    this.#typed();
  }

  #typed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, TALLEST)}px`;
    this.button.disabled = !this.box.value.trim();
    this.#offer(suggestions(this.box.value));
  }

  #offer(offered) {
    this.#offered = offered;
    this.#moved = false;
    fill(this.list, offered.map((one, i) => h("div", { role: "option", id: `${this.list.id}-${i}`, "aria-selected": "false", onclick: () => this.#accept(i) },
      h("span", { class: "completion-name" }, one.label), h("span", { class: "completion-hint" }, ` ${one.hint}`), one.note ? h("small", null, one.note) : null)));
    this.list.hidden = !offered.length;
    this.box.setAttribute("aria-expanded", String(offered.length > 0));
    this.#mark(offered.length ? 0 : -1);
  }

  #mark(index) {
    const rows = this.list.children;
    rows[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    if (index < 0) return this.box.removeAttribute("aria-activedescendant");
    rows[index].setAttribute("aria-selected", "true");
    rows[index].scrollIntoView({ block: "nearest" });
    return this.box.setAttribute("aria-activedescendant", rows[index].id);
  }

  #accept(index) {
    this.#set(this.#offered[index].text);
    this.box.focus();
  }

  // Enter completes a half-typed command, or what the arrows chose; anything else is sent as it stands,
  // so that a customer's name that begins like a subcommand is never replaced.
  #completesOnEnter() {
    const current = this.#offered[this.#active];
    return Boolean(current) && (this.#moved || (current.isCommand && current.label !== this.box.value.trim()));
  }

  #key(event) {
    const delta = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (delta && this.#offered.length) {
      event.preventDefault();
      this.#moved = true;
      const count = this.#offered.length;
      return this.#mark((this.#active + delta + count) % count);
    }
    if (delta && this.#recall(-delta)) return event.preventDefault();
    if (event.key === "Escape") return this.#offer([]);
    if (event.key === "Tab" && !event.shiftKey && this.#offered.length) { event.preventDefault(); return this.#accept(this.#active); }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return undefined;
    event.preventDefault();
    return this.#completesOnEnter() ? this.#accept(this.#active) : this.send();
  }

  // Arrow up in an empty box, or in a recalled line, walks back through what was sent.
  #recall(back) {
    const showing = this.#sent.at(-this.#recalled);
    if (this.box.value && this.box.value !== showing) return false;
    const next = this.#recalled + back;
    if (next < 0 || next > this.#sent.length) return false;
    this.#recalled = next;
    this.box.value = next ? this.#sent.at(-next) : "";
    this.#offer([]);
    this.button.disabled = !this.box.value;
    return true;
  }

  async send() {
    const text = this.box.value.trim();
    if (!text) return;
    this.#sent.push(text);
    this.#recalled = 0;
    this.#set("");
    this.root.setAttribute("aria-busy", "true");
    const answer = await post("message", { channel: this.channel, text });
    this.root.removeAttribute("aria-busy");
    tellFailure(answer);
  }

  async #shortcut(shortcut) {
    const answer = await post("shortcut", { callback_id: shortcut.callback_id, channel: this.channel });
    tellFailure(answer);
  }
}
