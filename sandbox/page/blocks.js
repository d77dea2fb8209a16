// Block Kit as DOM: one small renderer a block type.

import { h, uid } from "./dom.js";
import { chart } from "./chart.js";
import { element } from "./elements.js";
import { markdown } from "./markdown.js";
import { mrkdwn, textNodes, textOf } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

const ALERT_SIGNS = { info: "i", warning: "!", error: "!", success: "✓", default: "i" };

function section(block, surface, id) {
  const fields = block.fields?.map((field) => h("div", { class: "field" }, textNodes(field)));
  return h("div", { class: "section" },
    h("div", { class: "section-body" }, block.text ? h("div", { class: "section-text" }, textNodes(block.text)) : null,
      fields ? h("div", { class: "fields" }, fields) : null),
    block.accessory ? h("div", { class: "accessory" }, element(surface, id, block.accessory)) : null);
}

function context(block, surface, id) {
  return h("div", { class: "context" }, block.elements.map((e) => (e.type === "image"
    ? element(surface, id, e) : h("span", { class: "context-text" }, textNodes(e)))));
}

function actions(block, surface, id) {
  return h("div", { class: "actions" }, block.elements.map((e) => element(surface, id, e)));
}

function image(block, surface, id) {
  const caption = block.title ? h("figcaption", null, textNodes(block.title)) : null;
  return h("figure", { class: "image" }, caption, element(surface, id, block));
}

// Groups of boxes are named by aria-labelledby; one field is named by a real <label>.
function input(block, surface, id) {
  const [labelId, errorId, hintId] = [uid("label"), uid("error"), uid("hint")];
  const described = `${errorId} ${block.hint ? hintId : ""}`.trim();
  const attributes = { id: uid("field"), "aria-label": null, "aria-labelledby": labelId, "aria-describedby": described, "aria-required": block.optional ? null : "true" };
  const label = h("label", { id: labelId, for: attributes.id, class: "input-label" }, textOf(block.label),
    block.optional ? h("span", { class: "optional" }, " (optional)") : null);
  return h("div", { class: "input" }, label,
    element(surface, id, block.element, { dispatches: Boolean(block.dispatch_action), attributes }),
    h("div", { class: "field-error", id: errorId, role: "alert", "data-error-for": id }),
    block.hint ? h("div", { class: "hint", id: hintId }, textNodes(block.hint)) : null);
}

function alert(block) {
  const level = block.level in ALERT_SIGNS ? block.level : "default";
  return h("div", { class: `alert ${level}`, role: level === "error" ? "alert" : "note" },
    h("span", { class: "alert-sign", "aria-hidden": "true" }, ALERT_SIGNS[level]), h("div", null, textNodes(block.text)));
}

function card(block, surface, id) {
  const picture = (e, name) => (e ? h("div", { class: name }, element(surface, id, { type: "image", ...e })) : null);
  const part = (name) => (block[name] ? h("div", { class: `card-${name}` }, textNodes(block[name])) : null);
  return h("article", { class: "card" }, picture(block.hero_image, "card-hero"),
    h("div", { class: "card-head" }, picture(block.icon, "card-icon"), h("div", null, part("title"), part("subtitle"))),
    part("body"), part("subtext"),
    block.actions?.length ? h("div", { class: "actions" }, block.actions.map((e) => element(surface, id, e))) : null);
}

function carousel(block, surface, id) {
  return h("div", { class: "carousel", role: "region", tabindex: "0", "aria-label": `${block.elements.length} cards` },
    block.elements.map((one, i) => card(one, surface, one.block_id ?? `${id}.${i}`)));
}

const RENDERERS = {
  header: (block) => h("h3", { class: "header-block" }, textNodes(block.text)),
  divider: () => h("hr"),
  rich_text: richText,
  markdown: (block) => h("div", { class: "rich" }, markdown(block.text)),
  data_table: dataTable,
  data_visualization: chart,
  section, context, actions, image, input, alert, card, carousel, table,
};

function unknown(block) {
  return h("div", { class: "unknown" }, `A “${block.type}” block can't be shown here.`);
}

/** One block; a block that is broken says so and leaves its neighbours standing. */
function one(block, surface, index) {
  const id = block.block_id ?? `block-${index}`;
  let body;
  try {
    body = (RENDERERS[block.type] ?? unknown)(block, surface, id);
  } catch (error) {
    console.error(error);
    body = h("div", { class: "unknown" }, `This ${block.type} block is not well formed and can't be shown.`);
  }
  return h("div", { class: `block block-${block.type}`, "data-block-id": id, "data-block-type": block.type }, body);
}

/** Draws blocks into a surface's form: values typed earlier stay where block_id and action_id stay. */
export function blocks(list, surface) {
  surface.form.beginRender();
  const nodes = list.map((block, index) => one(block, surface, index));
  surface.form.endRender();
  return nodes;
}

export function messageText(text) {
  return h("div", { class: "block" }, mrkdwn(text));
}

/** Draws `render` anew inside `root`, keeping focus, caret and scroll where they were. */
export function redraw(root, render) {
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const actionId = focused?.dataset.actionId;
  const blockId = focused?.closest("[data-block-id]")?.dataset.blockId;
  const caret = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  render();
  if (!focused) return;
  const block = blockId && root.querySelector(`[data-block-id="${CSS.escape(blockId)}"]`);
  const heir = actionId && block?.querySelector(`[data-action-id="${CSS.escape(actionId)}"]`);
  (heir ?? root).focus({ preventScroll: true });
  if (heir && caret?.[0] !== null && caret?.[0] !== undefined) heir.setSelectionRange(...caret);
}
