// What lies over the page: each layer traps the focus, takes Esc, and gives the focus back when it goes.

import { add, h, uid } from "./dom.js";
import { textNodes } from "./mrkdwn.js";

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), " +
  "textarea:not([disabled]), [tabindex]:not([tabindex='-1'])";
const stack = [];
const host = () => document.getElementById("layers");

function refreshInert() {
  const top = stack.at(-1);
  document.getElementById("app").inert = Boolean(top);
  for (const layer of stack) layer.shade.inert = layer !== top;
}

function keepFocusInside(layer, event) {
  const stops = [...layer.dialog.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
  if (!stops.length) return event.preventDefault();
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  const outside = document.activeElement === edge || document.activeElement === layer.dialog;
  if (!outside) return undefined;
  event.preventDefault();
  return (event.shiftKey ? stops.at(-1) : stops[0]).focus();
}

/** Puts a dialog on top; returns what closes it again. */
export function openLayer(dialog, onEscape) {
  const layer = { dialog, shade: h("div", { class: "shade" }, dialog), before: document.activeElement };
  layer.shade.addEventListener("keydown", (event) => {
    if (event.key === "Tab") keepFocusInside(layer, event);
    if (event.key === "Escape") { event.stopPropagation(); onEscape(); }
  });
  stack.push(layer);
  host().append(layer.shade);
  refreshInert();
  return () => {
    if (!stack.includes(layer)) return;
    stack.splice(stack.indexOf(layer), 1);
    layer.shade.remove();
    refreshInert();
    if (layer.before?.isConnected) layer.before.focus();
  };
}

/** Asks with Slack's confirm object; resolves to true when the person confirms. */
export function confirmDialog(confirm) {
  return new Promise((resolve) => {
    const title = uid("confirm");
    const finish = (answer) => { close(); resolve(answer); };
    const tone = confirm.style === "danger" ? "danger" : "primary";
    const accept = h("button", { type: "button", class: `button ${tone}`, "data-testid": "confirm", onclick: () => finish(true) },
      textNodes(confirm.confirm));
    const deny = h("button", { type: "button", class: "button", "data-testid": "deny", onclick: () => finish(false) },
      textNodes(confirm.deny));
    const dialog = h("div", { class: "dialog confirm", role: "alertdialog", "aria-modal": "true", "aria-labelledby": title, tabindex: "-1" });
    add(dialog, [h("h2", { id: title }, textNodes(confirm.title)), h("div", { class: "confirm-text" }, textNodes(confirm.text)),
      h("div", { class: "dialog-foot" }, deny, accept)]);
    const close = openLayer(dialog, () => finish(false));
    deny.focus();
  });
}
