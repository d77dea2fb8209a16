// Puts the page together: loads the state, listens to the event stream, and shows one place at a time.

import { get, listen, post } from "./api.js";
import { blocks, redraw } from "./blocks.js";
import { clockLabel, setClock } from "./clock.js";
import { Composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { showModals } from "./modals.js";
import { HOME, badges, drawRail, sign } from "./rail.js";
import { channelName, learn, session } from "./session.js";
import { Surface } from "./surface.js";
import { Timeline } from "./timeline.js";
import { toast } from "./toast.js";

const node = (id) => document.getElementById(id);
const composer = new Composer();
let current = null;
let timeline = null;
let home = null;
let stream = null;

// --- the frame -------------------------------------------------------------------------------------------------

function toggleRail(open) {
  document.body.classList.toggle("rail-open", open);
  node("rail-shade").hidden = !open;
}

function rail() {
  drawRail(node("rail"), { current, onChoose: (id) => { toggleRail(false); go(id); }, onPerson: become });
}

async function wind(button, order) {
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  const answer = await post("clock", order);
  button.removeAttribute("aria-disabled");
  if (answer.ok === false || answer.error) return toast(answer.error);
  return showClock(answer);
}

function showClock(clock) {
  setClock(clock);
  for (const label of document.querySelectorAll("[data-testid=clock]")) label.textContent = clockLabel();
}

function placeTitle() {
  if (current === HOME) return [h("h2", null, `${session.bot.name} Home`)];
  const channel = session.channels.get(current);
  return channel ? [h("h2", null, sign(channel), channelName(current)), badges(channel)] : [];
}

function topbar() {
  const clockButton = (testId, label, order) => h("button", { type: "button", class: "button small", "data-testid": testId,
    onclick: (event) => wind(event.currentTarget, order) }, label);
  fill(node("topbar"),
    h("button", { type: "button", class: "icon-button burger", "aria-label": "Channels", onclick: () => toggleRail(true) }, icon("menu")),
    h("div", { class: "place-title" }, placeTitle()),
    h("div", { class: "clock", role: "group", "aria-label": "Sandbox clock" },
      h("span", { class: "clock-label" }, icon("clock"), h("span", { "data-testid": "clock" }, clockLabel())),
      clockButton("plus-hour", "+1 hour", { to: "plus_hours", hours: 1 }),
      clockButton("next-morning", "Next morning", { to: "next_morning" })));
}

// --- places ----------------------------------------------------------------------------------------------------

async function openChannel(id) {
  timeline = new Timeline(id);
  home = null;
  fill(node("pane"), timeline.root);
  fill(node("composer-slot"), composer.root);
  composer.enter(id);
  const { messages, error } = await get("messages", { channel: id });
  if (error) toast(error);
  if (timeline?.channel === id) timeline.load(messages ?? []);
  // Walking through the people with the arrow keys must not be torn away to the composer.
  if (document.activeElement?.id !== "person") composer.box.focus();
}

async function openHome() {
  const root = h("div", { class: "home", tabindex: "0", role: "region", "aria-label": "App Home", "aria-busy": "true" });
  home = { root, surface: new Surface({ type: "home" }) };
  home.surface.root = root;
  timeline = null;
  fill(node("pane"), root);
  fill(node("composer-slot"));
  const { view } = await get("home");
  root.removeAttribute("aria-busy");
  if (view) showHome(view);
  else if (!root.childElementCount) fill(root, h("p", { class: "empty" }, "Nothing here yet: the bot fills this page when it is opened."));
}

function showHome(view) {
  if (home) redraw(home.root, () => fill(home.root, h("div", { class: "home-body" }, blocks(view.blocks ?? [], home.surface))));
}

async function go(id) {
  current = id;
  const channel = session.channels.get(id);
  if (channel) channel.unread = 0;
  history.replaceState(null, "", `#${session.user}/${id}`);
  document.title = `${id === HOME ? `${session.bot.name} Home` : channelName(id)} · Duebot sandbox`;
  rail();
  topbar();
  await (id === HOME ? openHome() : openChannel(id));
}

// --- events ----------------------------------------------------------------------------------------------------

function arrived({ channel, message }) {
  if (timeline?.channel === channel) return timeline.receive(message);
  const place = session.channels.get(channel);
  if (!place) return refresh();
  if (message.user !== session.user) place.unread = (place.unread ?? 0) + 1;
  return rail();
}

function changed({ channel, message }) {
  if (timeline?.channel === channel) timeline.receive(message);
}

function gone({ channel, ts }) {
  if (timeline?.channel === channel) timeline.remove(ts);
}

const EVENTS = {
  message: arrived, ephemeral: arrived, message_changed: changed, ephemeral_changed: changed,
  message_deleted: gone, ephemeral_deleted: gone,
  modal: ({ views }) => showModals(views),
  home: ({ view }) => { if (view) showHome(view); },
  clock: showClock,
  notice: ({ text }) => toast(text),
  channels: () => refresh(),
};

async function load() {
  const state = await get("state");
  if (!state.users) {
    toast(state.error ?? "The sandbox gave no state: check that it is still running, then reload.");
    return false;
  }
  learn(state);
  showClock(state.clock);
  if (state.modals) showModals(state.modals);
  return true;
}

async function refresh() {
  const open = session.channels.get(current);
  if (!(await load())) return;
  const channel = session.channels.get(current);
  if (open && channel) channel.unread = 0;
  rail();
  topbar();
}

// --- people ----------------------------------------------------------------------------------------------------

async function become(user, place) {
  stream?.close();
  showModals([]);
  session.user = user;
  if (!(await load())) return;
  stream = listen({
    onEvent: (event) => EVENTS[event.type]?.(event),
    onLost: () => { session.reached = false; rail(); },
    onReopen: () => refresh().then(() => go(current)),
  });
  const first = [...session.channels.keys()][0] ?? HOME;
  const known = place === HOME || session.channels.has(place);
  await go(known ? place : session.channels.has(current) || current === HOME ? current : first);
}

node("pane").addEventListener("click", ({ target }) => {
  if (target.matches("button.try") && composer.root.isConnected) composer.propose(target.textContent);
});
node("rail-shade").addEventListener("click", () => toggleRail(false));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") toggleRail(false); });
const [user, place] = location.hash.slice(1).split("/").map(decodeURIComponent);
become(user || null, place);
