// Short notices that go by themselves, and words for screen readers.

import { h } from "./dom.js";

const SHOWN_FOR = 8000;

/** The same notice twice (from the answer and from the event stream) is shown once. */
export function toast(text) {
  const host = document.getElementById("toasts");
  const twin = [...host.children].some((node) => node.dataset.text === text);
  if (twin) return;
  const node = h("div", { class: "toast", "data-text": text, "data-testid": "toast" }, h("span", null, text),
    h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss notice", onclick: () => node.remove() }, "×"));
  host.append(node);
  setTimeout(() => node.remove(), SHOWN_FOR);
}

export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
