// Small line drawings for the page's own furniture, so that it looks the same without an emoji font.

import { s } from "./dom.js";

const PATHS = {
  lock: ["M5 11h14v9H5z", "M8 11V8a4 4 0 0 1 8 0v3"],
  clock: ["M12 3a9 9 0 1 0 .01 0z", "M12 7v5l3.5 2"],
  eye: ["M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z", "M12 9a3 3 0 1 0 .01 0z"],
  bolt: ["M13 2 5 13.5h6L10 22l9-12h-6.5z"],
  send: ["M4 4.5 20.5 12 4 19.5 6.5 12z", "M6.5 12H13"],
  menu: ["M4 7h16M4 12h16M4 17h16"],
  file: ["M6 3h8l4.5 4.5V21H6z", "M14 3v5h4.5"],
  picture: ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4"],
};

export function icon(name) {
  return s("svg", { class: "glyph", viewBox: "0 0 24 24", "aria-hidden": "true" }, PATHS[name].map((d) => s("path", { d })));
}
