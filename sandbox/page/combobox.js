// A select that is searched by typing: one or several choices, options given or asked of the bot.

import { debounce, fill, h, uid } from "./dom.js";
import { placeBeside } from "./menu.js";
import { textOf } from "./mrkdwn.js";

const PAUSE_BEFORE_ASKING = 250;

const same = (a, b) => a.value === b.value;

/**
 * `load(query)` resolves to {groups: [{label, options}]} or {problem: text}; `onChange(options)` resolves to false
 * when the change was declined. Options are Slack's option objects.
 */
export class Combobox {
  #options = [];
  #active = -1;
  #asked = 0;

  constructor({ attributes, placeholder, multi, limit, minQuery, remote, selected, load, onChange }) {
    Object.assign(this, { multi, limit, minQuery, remote, load, onChange, placeholder });
    this.selected = selected;
    this.list = h("div", { class: "popup listbox", role: "listbox", popover: "manual", id: uid("list"), "aria-label": placeholder,
      "aria-multiselectable": multi ? "true" : null });
    this.input = h("input", { type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": this.list.id, ...attributes,
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onclick: () => this.#open(),
      onfocus: () => this.input.select(), onblur: () => this.#close() });
    this.chips = h("span", { class: "chips" });
    this.clear = h("button", { type: "button", class: "clear", "aria-label": "Clear choice", onclick: () => this.#choose([]) }, "×");
    this.root = h("div", { class: "combo", onclick: (event) => { if (event.target === this.root) this.input.focus(); } },
      this.chips, this.input, this.clear, h("span", { class: "chevron", "aria-hidden": "true" }), this.list);
    this.askSoon = debounce(PAUSE_BEFORE_ASKING, () => this.#ask(this.input.value));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#show();
  }

  get #isOpen() {
    return this.list.matches(":popover-open");
  }

  #show() {
    const first = this.selected[0];
    this.input.value = !this.multi && first ? textOf(first.text) : "";
    this.input.placeholder = this.multi && first ? "" : this.placeholder;
    this.clear.hidden = this.multi || !first;
    if (!this.multi) return;
    fill(this.chips, this.selected.map((option) => h("span", { class: "chip" }, textOf(option.text),
      h("button", { type: "button", "aria-label": `Remove ${textOf(option.text)}`, onclick: () => this.#toggle(option) }, "×"))));
  }

  #open() {
    if (this.#isOpen) return;
    this.list.showPopover();
    this.input.setAttribute("aria-expanded", "true");
    this.follow = () => placeBeside(this.list, this.root, { stretch: true });
    window.addEventListener("scroll", this.follow, true);
    this.#ask("");
  }

  #close() {
    if (this.#isOpen) this.list.hidePopover();
    window.removeEventListener("scroll", this.follow, true);
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.#asked += 1;
    this.#show();
  }

  #typed() {
    const query = this.input.value;
    this.#open();
    if (!this.remote) this.#ask(query);
    else if (query.length < this.minQuery) this.#ask(query);
    else { this.#status("Searching…"); this.askSoon(); }
  }

  async #ask(query) {
    this.#asked += 1;
    const mine = this.#asked;
    if (query.length < this.minQuery) return this.#status(`Type at least ${this.minQuery} letters`);
    if (this.remote) this.#status("Searching…");
    const result = await this.load(query);
    if (mine !== this.#asked || !this.#isOpen) return undefined;
    if (result.problem) return this.#status(result.problem);
    return this.#list(result.groups.filter((group) => group.options.length));
  }

  #status(text) {
    this.#options = [];
    this.#active = -1;
    fill(this.list, h("div", { class: "list-status", role: "status" }, text));
    this.follow?.();
  }

  #list(groups) {
    if (!groups.length) return this.#status("Nothing found");
    this.#options = [];
    fill(this.list, groups.map((group) => [group.label ? h("div", { class: "list-group" }, group.label) : null,
      group.options.map((option) => this.#row(option))]));
    this.#move(0);
    return this.follow?.();
  }

  #row(option) {
    const chosen = this.selected.some((other) => same(other, option));
    const node = h("div", { role: "option", id: uid("option"), "aria-selected": String(chosen), "data-value": option.value,
      onclick: () => this.#pick(option) }, h("span", null, textOf(option.text)),
    option.description ? h("small", null, textOf(option.description)) : null);
    this.#options.push({ option, node });
    return node;
  }

  #move(to) {
    const count = this.#options.length;
    if (!count) return;
    this.#options[this.#active]?.node.classList.remove("active");
    this.#active = (to + count) % count;
    const { node } = this.#options[this.#active];
    node.classList.add("active");
    node.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", node.id);
  }

  #key(event) {
    const moves = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1 };
    if (event.key in moves) {
      event.preventDefault();
      return this.#isOpen ? this.#move(moves[event.key]) : this.#open();
    }
    if (event.key === "Enter") {
      event.preventDefault();
      const current = this.#options[this.#active];
      return this.#isOpen && current ? this.#pick(current.option) : this.#open();
    }
    if (event.key === "Escape" && this.#isOpen) { event.stopPropagation(); return this.#close(); }
    if (event.key === "Backspace" && this.multi && !this.input.value && this.selected.length) return this.#toggle(this.selected.at(-1));
    return undefined;
  }

  #pick(option) {
    return this.multi ? this.#toggle(option) : this.#choose([option]);
  }

  #toggle(option) {
    const without = this.selected.filter((other) => !same(other, option));
    const removing = without.length < this.selected.length;
    if (!removing && this.limit && this.selected.length >= this.limit) return this.#status(`At most ${this.limit} can be chosen`);
    return this.#choose(removing ? without : [...this.selected, option]);
  }

  async #choose(selected) {
    const before = this.selected;
    this.selected = selected;
    this.#close();
    if ((await this.onChange(selected)) === false) {
      this.selected = before;
      this.#show();
    }
  }
}
