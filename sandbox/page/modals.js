// The stack of modals that the bot has open for this person; the top one is shown.

import { post } from "./api.js";
import { blocks, redraw } from "./blocks.js";
import { fill, h, uid } from "./dom.js";
import { openLayer } from "./layers.js";
import { textNodes, textOf } from "./mrkdwn.js";
import { Surface, failureText } from "./surface.js";
import { problems } from "./validate.js";

const FIRST_FIELD = ".input input:not([type=file]), .input textarea, .input select";

/** One view: its state lives as long as the view, whatever the bot updates in it. */
class Modal {
  #drawn = null;

  constructor(view, depth) {
    this.surface = new Surface({ type: "view", view_id: view.id });
    this.surface.form.seed(view.state?.values ?? {});
    this.titleId = uid("title");
    this.body = h("div", { class: "dialog-body", tabindex: "-1" });
    this.banner = h("div", { class: "banner", role: "alert" });
    this.head = h("header", { class: "dialog-head" });
    this.foot = h("footer", { class: "dialog-foot" });
    this.form = h("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      this.head, this.banner, this.body, this.foot);
    this.dialog = h("div", { class: "dialog modal", role: "dialog", "aria-modal": "true", "aria-labelledby": this.titleId,
      tabindex: "-1", "data-view-id": view.id }, this.form);
    this.surface.root = this.dialog;
    this.depth = depth;
    this.body.addEventListener("input", (event) => this.#forgive(event));
    this.draw(view);
    this.shut = openLayer(this.dialog, () => this.close(false));
    this.#begin();
  }

  // To the first field; in a view that is still loading there is none, so this is done again when it is drawn.
  #begin() {
    (this.body.querySelector("[data-focus-on-load]") ?? this.body.querySelector(FIRST_FIELD) ?? this.dialog).focus();
  }

  draw(view) {
    const { state, ...shape } = view;
    const print = JSON.stringify(shape);
    if (print === this.#drawn) return;
    this.#drawn = print;
    this.view = view;
    this.dialog.dataset.callbackId = view.callback_id ?? "";
    this.banner.textContent = "";
    redraw(this.dialog, () => {
      this.#drawHead();
      fill(this.body, blocks(view.blocks, this.surface));
      this.#drawFoot();
    });
    if (document.activeElement === this.dialog) this.#begin();
  }

  #drawHead() {
    const back = this.depth > 0
      ? h("button", { type: "button", class: "icon-button", "aria-label": "Back", onclick: () => this.close(false) }, "‹") : null;
    fill(this.head, back, h("h2", { id: this.titleId }, textNodes(this.view.title)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss dialog", onclick: () => this.close(true) }, "×"));
  }

  #drawFoot() {
    const { view } = this;
    this.foot.hidden = !view.submit && !view.close;
    const back = view.close || view.submit
      ? h("button", { type: "button", class: "button", "data-testid": "modal-close", onclick: () => this.close(false) }, textOf(view.close) || "Cancel") : null;
    this.submitButton = view.submit ? h("button", { type: "submit", class: "button primary", "data-testid": "modal-submit" }, textOf(view.submit)) : null;
    fill(this.foot, back, this.submitButton);
  }

  // An error goes as soon as its field is changed.
  #forgive(event) {
    const slot = event.target.closest("[data-block-id]")?.querySelector(".field-error");
    if (slot) slot.textContent = "";
    event.target.removeAttribute("aria-invalid");
  }

  #showErrors(errors) {
    let first = null;
    for (const slot of this.body.querySelectorAll(".field-error")) {
      const text = errors[slot.dataset.errorFor] ?? "";
      slot.textContent = text;
      const field = slot.parentElement.querySelector("[data-action-id]");
      if (text) field?.setAttribute("aria-invalid", "true");
      else field?.removeAttribute("aria-invalid");
      if (text) first ??= field;
    }
    const stray = Object.entries(errors).filter(([id]) => !this.body.querySelector(`[data-error-for="${CSS.escape(id)}"]`));
    this.banner.textContent = stray.map(([, text]) => text).join(" ");
    first?.focus();
  }

  async submit() {
    const button = this.submitButton;
    if (!button || this.surface.busy) return;
    const values = this.surface.form.values();
    const found = problems(this.view, values);
    this.#showErrors(found);
    if (Object.keys(found).length) return;
    await this.surface.during(async () => {
      button.setAttribute("aria-disabled", "true");
      const answer = await post("submit", { view_id: this.view.id, state: { values } });
      // The bot may have put a view without a submit in its place meanwhile.
      button.removeAttribute("aria-disabled");
      if (answer.errors) this.#showErrors(answer.errors);
      else if (answer.ok === false) this.banner.textContent = failureText(answer.error);
    });
  }

  async close(all) {
    if (this.closing) return;
    this.closing = true;
    const answer = await post("close", { view_id: this.view.id, clear: all });
    this.closing = false;
    if (answer.ok === false) this.banner.textContent = failureText(answer.error);
  }
}

const open = new Map();

/** Brings the page's stack in line with the server's; the top view comes last. */
export function showModals(views) {
  const wanted = new Set(views.map((view) => view.id));
  for (const [id, modal] of [...open].reverse()) {
    if (wanted.has(id)) continue;
    modal.shut();
    open.delete(id);
  }
  views.forEach((view, depth) => {
    if (open.has(view.id)) open.get(view.id).draw(view);
    else open.set(view.id, new Modal(view, depth));
  });
}
