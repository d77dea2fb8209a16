// A button that opens a small menu; arrow keys move, Enter chooses, Esc closes.

import { h, uid } from "./dom.js";

/** Lays a popover beside its anchor, above it when there is no room below. */
export function placeBeside(popup, anchor, { stretch }) {
  const box = anchor.getBoundingClientRect();
  if (stretch) popup.style.setProperty("width", `${box.width}px`);
  const below = window.innerHeight - box.bottom;
  const height = popup.offsetHeight;
  const top = below < height + 8 && box.top > below ? box.top - height - 4 : box.bottom + 4;
  const left = Math.min(box.left, window.innerWidth - popup.offsetWidth - 8);
  popup.style.setProperty("top", `${Math.max(4, top)}px`);
  popup.style.setProperty("left", `${Math.max(8, left)}px`);
}

function step(popup, from, delta) {
  const items = [...popup.children];
  items[(items.indexOf(from) + delta + items.length) % items.length].focus();
}

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

/** `items` gives [{label, run}] each time the menu opens. */
export function menuButton(attributes, face, items) {
  const popup = h("div", { class: "popup menu", role: "menu", popover: "manual", id: uid("menu") });
  const button = h("button", { type: "button", "aria-haspopup": "menu", "aria-expanded": "false", ...attributes }, face);
  const close = () => {
    if (popup.matches(":popover-open")) popup.hidePopover();
    button.setAttribute("aria-expanded", "false");
  };
  const choose = (item) => { close(); button.focus(); item.run(); };
  const open = () => {
    popup.replaceChildren(...items().map((item) => h("button", { type: "button", role: "menuitem", onclick: () => choose(item) }, item.label)));
    popup.showPopover();
    placeBeside(popup, button, { stretch: false });
    button.setAttribute("aria-expanded", "true");
    popup.firstElementChild?.focus();
  };
  button.addEventListener("click", () => (popup.matches(":popover-open") ? close() : open()));
  popup.addEventListener("keydown", (event) => {
    if (MOVES[event.key]) { event.preventDefault(); step(popup, document.activeElement, MOVES[event.key]); }
    if (event.key === "Escape" || event.key === "Tab") { event.stopPropagation(); close(); button.focus(); }
  });
  popup.addEventListener("focusout", (event) => {
    if (!popup.contains(event.relatedTarget) && event.relatedTarget !== button) close();
  });
  return h("span", { class: "menu-anchor" }, button, popup);
}
