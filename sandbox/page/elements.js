// Interactive elements of Block Kit, bound to the surface that they stand on.

import { h, link, safeUrl } from "./dom.js";
import { HOLDS_STATE } from "./form.js";
import { icon } from "./icons.js";
import { INPUTS } from "./inputs.js";
import { confirmDialog } from "./layers.js";
import { menuButton } from "./menu.js";
import { textNodes, textOf } from "./mrkdwn.js";
import { SELECT_TYPES, select } from "./selects.js";

/** One element's tie to its surface: reads and writes its state, and tells the bot when it should. */
class Field {
  constructor(surface, blockId, element, { dispatches, attributes }) {
    Object.assign(this, { surface, blockId, element, dispatches });
    this.attributes = { "data-action-id": element.action_id, ...attributes };
    surface.form.adopt(blockId, element);
  }

  read() {
    return this.surface.form.adopt(this.blockId, this.element);
  }

  write(payload) {
    this.surface.form.write(this.blockId, this.element, payload);
  }

  async send() {
    if (!this.dispatches) return true;
    const { type, ...payload } = this.read();
    return this.surface.act(this.blockId, this.element, payload);
  }

  /** Writes and tells the bot; a declined confirmation puts the old value back and answers false. */
  async change(payload) {
    const { type, ...before } = this.read();
    this.write(payload);
    const done = await this.send();
    if (!done) this.write(before);
    return done;
  }
}

async function press(surface, blockId, element, node) {
  if (surface.busy) return;
  node.setAttribute("aria-disabled", "true");
  const payload = { text: element.text, ...(element.value === undefined ? {} : { value: element.value }) };
  await surface.act(blockId, element, payload);
  node.removeAttribute("aria-disabled");
}

async function follow(surface, blockId, element, event) {
  event.preventDefault();
  if (element.confirm && !(await confirmDialog(element.confirm))) return;
  window.open(element.url, "_blank", "noopener,noreferrer");
  surface.act(blockId, { ...element, confirm: undefined }, element.value === undefined ? {} : { value: element.value });
}

function button(surface, blockId, element) {
  const classes = `button ${element.style === "primary" || element.style === "danger" ? element.style : ""}`;
  const attributes = { class: classes, "data-action-id": element.action_id, "data-value": element.value, "aria-label": element.accessibility_label };
  if (element.url && safeUrl(element.url)) {
    return link(element.url, [textNodes(element.text), h("span", { class: "out", "aria-hidden": "true" }, "↗")],
      { ...attributes, onclick: (event) => follow(surface, blockId, element, event) });
  }
  return h("button", { ...attributes, type: "button", onclick: (event) => press(surface, blockId, element, event.currentTarget) },
    textNodes(element.text));
}

function overflow(surface, blockId, element) {
  const items = () => element.options.map((option) => ({
    label: textOf(option.text),
    run: () => {
      if (option.url && safeUrl(option.url)) window.open(option.url, "_blank", "noopener,noreferrer");
      surface.act(blockId, element, { selected_option: option });
    },
  }));
  return menuButton({ class: "button icon", "data-action-id": element.action_id, "aria-label": "More actions" }, "•••", items);
}

function image(element) {
  const node = h("img", { src: safeUrl(element.image_url), alt: element.alt_text ?? "", referrerpolicy: "no-referrer", loading: "lazy" });
  node.addEventListener("error", () => node.replaceWith(h("span", { class: "image-missing" }, icon("picture"), ` ${element.alt_text ?? "Image"}`)));
  return node;
}

/** Any element of a block; `options.dispatches` is false for inputs that only a submit sends. */
export function element(surface, blockId, e, options = { dispatches: true }) {
  if (e.type === "button" || e.type === "workflow_button") return button(surface, blockId, e);
  if (e.type === "overflow") return overflow(surface, blockId, e);
  if (e.type === "image") return image(e);
  if (!HOLDS_STATE.has(e.type)) return h("span", { class: "unknown" }, `[${e.type} can't be shown here]`);
  const label = textOf(e.placeholder) || e.action_id;
  const field = new Field(surface, blockId, e, { attributes: { "aria-label": label }, ...options });
  return SELECT_TYPES.includes(e.type) ? select(field) : INPUTS[e.type](field);
}
