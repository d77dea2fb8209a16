// The left rail: workspace, who you are, App Home, channels and direct messages.

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { channelName, isWithBot, session } from "./session.js";
import { avatar } from "./timeline.js";

export const HOME = "home";

export function badges(channel) {
  if (channel.is_ext_shared) return h("span", { class: "tag warn", title: "Shared with another organisation" }, "External");
  if (channel.is_pending_ext_shared) return h("span", { class: "tag warn", title: "Another organisation is invited" }, "External, invited");
  return channel.is_shared ? h("span", { class: "tag", title: "Shared between your own workspaces" }, "Shared") : null;
}

export function sign(channel) {
  if (channel.is_im) return null;
  return channel.is_private
    ? h("span", { class: "sign", role: "img", "aria-label": "Private channel" }, icon("lock"))
    : h("span", { class: "sign", "aria-hidden": "true" }, "#");
}

function place({ id, name, face, extra, unread, current, onChoose }) {
  return h("li", null, h("button", { type: "button", class: `place ${unread ? "unread" : ""}`, "data-channel": id,
    "aria-current": id === current ? "page" : null, onclick: () => onChoose(id) },
  face, h("span", { class: "place-name" }, name), extra,
  unread ? h("span", { class: "badge" }, unread, h("span", { class: "visually-hidden" }, " unread")) : null));
}

function group(title, items) {
  return items.length ? h("section", { "aria-label": title }, h("h2", null, title), h("ul", null, items)) : null;
}

function personPicker(onPerson) {
  const users = [...session.users.values()].filter((user) => user.id !== session.bot.id);
  const node = h("select", { id: "person", "data-testid": "person", onchange: (event) => onPerson(event.target.value) },
    users.map((user) => h("option", { value: user.id, selected: user.id === session.user },
      [user.name, user.role_hint || user.title].filter(Boolean).join(" · "))));
  return h("div", { class: "person" }, h("label", { for: "person" }, "You are:"), node);
}

// Focus and scroll stay where they were when the rail is drawn anew.
function keepingPlace(rail, draw) {
  const held = rail.contains(document.activeElement) ? document.activeElement : null;
  const heir = held?.dataset.channel ? `[data-channel="${CSS.escape(held.dataset.channel)}"]` : held?.id ? `#${held.id}` : null;
  const scrolled = rail.querySelector(".places")?.scrollTop ?? 0;
  draw();
  rail.querySelector(".places").scrollTop = scrolled;
  if (heir) rail.querySelector(heir)?.focus({ preventScroll: true });
}

export function drawRail(rail, { current, onChoose, onPerson }) {
  const channels = [...session.channels.values()];
  const item = (channel) => place({
    id: channel.id, name: channelName(channel.id), unread: channel.unread, current, onChoose,
    face: channel.is_im ? avatar(channel.name, isWithBot(channel)) : sign(channel), extra: badges(channel),
  });
  const home = place({ id: HOME, name: `${session.bot.name} Home`, face: avatar(session.bot.name, true), current, onChoose });
  const connected = session.reached && session.bot.connected !== false;
  const state = session.reached ? `${session.bot.name} is ${connected ? "" : "not "}connected` : "The sandbox has stopped. Start it again.";
  keepingPlace(rail, () => fill(rail,
    h("div", { class: "workspace" }, h("h1", null, session.team), h("span", { class: "sandbox-tag" }, "sandbox")),
    personPicker(onPerson),
    h("div", { class: "places" },
      group("App", [home]),
      group("Channels", channels.filter((channel) => !channel.is_im).map(item)),
      group("Direct messages", channels.filter((channel) => channel.is_im).map(item))),
    h("div", { class: `bot-state ${connected ? "on" : "off"}`, "data-testid": "bot-state", role: "status" }, state)));
}
