// The `table` and `data_table` blocks.

import { fill, h } from "./dom.js";
import { richText, richWords } from "./richtext.js";
import { textNodes } from "./mrkdwn.js";

const DEFAULT_PAGE_SIZE = 10;

function cellNodes(cell) {
  if (!cell) return "";
  if (cell.type === "rich_text") return richText(cell);
  if (cell.type === "raw_text" || cell.type === "raw_number") return cell.text ?? String(cell.value ?? "");
  return textNodes(cell);
}

function scroller(label, ...children) {
  return h("div", { class: "table-scroll", role: "region", tabindex: "0", "aria-label": label }, children);
}

export function table(block) {
  const settings = block.column_settings ?? [];
  const row = (cells, tag) => h("tr", null, cells.map((cell, i) => h(tag, {
    scope: tag === "th" ? "col" : null,
    class: settings[i]?.is_wrapped ? "wrapped" : null,
    style: { "text-align": settings[i]?.align ?? "left" },
  }, cellNodes(cell))));
  const [head, ...body] = block.rows;
  return scroller("Table", h("table", null, h("thead", null, row(head, "th")), h("tbody", null, body.map((cells) => row(cells, "td")))));
}

const words = (cell) => (cell.type === "rich_text" ? richWords(cell) : cell.text ?? String(cell.value ?? ""));

/** A paged table whose header cells sort; a column of raw_number sorts by value. */
class DataTable {
  #page = 0;
  #sort = null;

  constructor(block) {
    [this.head, ...this.rows] = block.rows;
    this.size = block.page_size ?? DEFAULT_PAGE_SIZE;
    this.rowHeader = block.row_header_column_index;
    this.numeric = this.head.map((_, i) => this.rows.length > 0 && this.rows.every((row) => row[i]?.type === "raw_number"));
    this.body = h("tbody");
    this.headers = this.head.map((cell, i) => this.#header(cell, i));
    this.count = h("span", { class: "page-count", role: "status" });
    this.back = h("button", { type: "button", class: "button small", onclick: () => this.#turn(-1) }, "Previous");
    this.next = h("button", { type: "button", class: "button small", onclick: () => this.#turn(1) }, "Next");
    const pager = this.rows.length > this.size ? h("div", { class: "pager" }, this.count, this.back, this.next) : null;
    this.root = h("div", { class: "data-table" }, scroller(block.caption, h("table", null, h("caption", null, block.caption),
      h("thead", null, h("tr", null, this.headers)), this.body)), pager);
    this.#show();
  }

  #header(cell, i) {
    return h("th", { scope: "col", class: this.numeric[i] ? "number" : null, "aria-sort": "none" },
      h("button", { type: "button", class: "sort", onclick: () => this.#sortBy(i) }, cellNodes(cell), h("span", { class: "arrow", "aria-hidden": "true" })));
  }

  #sortBy(column) {
    const descending = this.#sort?.column === column && !this.#sort.descending;
    this.#sort = { column, descending };
    this.#page = 0;
    this.headers.forEach((th, i) => th.setAttribute("aria-sort", i !== column ? "none" : descending ? "descending" : "ascending"));
    this.#show();
  }

  #sorted() {
    if (!this.#sort) return this.rows;
    const { column, descending } = this.#sort;
    const compare = this.numeric[column]
      ? (a, b) => a[column].value - b[column].value
      : (a, b) => words(a[column]).localeCompare(words(b[column]), undefined, { numeric: true });
    return [...this.rows].sort((a, b) => (descending ? compare(b, a) : compare(a, b)));
  }

  #turn(delta) {
    this.#page += delta;
    this.#show();
  }

  #show() {
    const from = this.#page * this.size;
    const shown = this.#sorted().slice(from, from + this.size);
    fill(this.body, shown.map((row) => h("tr", null, row.map((cell, i) => (i === this.rowHeader
      ? h("th", { scope: "row" }, cellNodes(cell))
      : h("td", { class: this.numeric[i] ? "number" : null }, cellNodes(cell)))))));
    this.count.textContent = `${from + 1}–${from + shown.length} of ${this.rows.length}`;
    this.back.disabled = from === 0;
    this.next.disabled = from + this.size >= this.rows.length;
  }
}

export const dataTable = (block) => new DataTable(block).root;
