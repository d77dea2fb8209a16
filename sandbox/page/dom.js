// Builds DOM from plain values. Text always becomes a text node, so foreign text can never become markup.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "inert", "tabIndex", "selected"]);
const LINK_PROTOCOLS = new Set(["http:", "https:", "mailto:", "tel:"]);
let lastId = 0;

function apply(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") node.addEventListener(name.slice(2), value);
  else if (name === "style") for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** An HTML element; `onclick` and the like are listeners, null and false attributes are left out. */
export function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) apply(node, name, value);
  return add(node, children);
}

/** An SVG element. */
export function s(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes ?? {})) apply(node, name, value);
  return add(node, children);
}

export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

export function uid(prefix) {
  lastId += 1;
  return `${prefix}-${lastId}`;
}

/** The address when it is one a person may follow, else null (javascript: and data: are refused). */
export function safeUrl(address) {
  try {
    return LINK_PROTOCOLS.has(new URL(address, location.origin).protocol) ? address : null;
  } catch {
    return null;
  }
}

/** A link that opens elsewhere; an unsafe address leaves only its label. */
export function link(address, label, attributes) {
  const href = safeUrl(address);
  if (!href) return h("span", null, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, label);
}

export function debounce(wait, run) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), wait);
  };
}
