// Times on the page follow the sandbox clock and its time zone, never the machine's.

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December"];
const clock = { now: new Date(0), label: "", offset: 0 };

// The label is in the business's time zone; its distance from UTC tells the offset whatever `now` is written in.
function offsetOf(now, label) {
  const time = /(\d{1,2}):(\d{2})/.exec(label);
  if (!time) return 0;
  const local = Number(time[1]) * 60 + Number(time[2]);
  const utc = now.getUTCHours() * 60 + now.getUTCMinutes();
  const minutes = (local - utc + 1440) % 1440;
  return minutes > 840 ? minutes - 1440 : minutes;
}

export function setClock({ now, label }) {
  clock.now = new Date(now);
  clock.label = label;
  clock.offset = offsetOf(clock.now, label);
}

export const clockLabel = () => clock.label;

function local(seconds) {
  return new Date((Number(seconds) + clock.offset * 60) * 1000);
}

const two = (n) => String(n).padStart(2, "0");

export function timeOf(seconds) {
  const at = local(seconds);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

export function dayOf(seconds) {
  const at = local(seconds);
  return `${DAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

export function dayKey(seconds) {
  return local(seconds).toISOString().slice(0, 10);
}

function prettyDay(seconds, other) {
  const today = clock.now.getTime() / 1000;
  const near = { [dayKey(today)]: "today", [dayKey(today - 86400)]: "yesterday", [dayKey(today + 86400)]: "tomorrow" };
  return near[dayKey(seconds)] ?? other;
}

/** Slack's date formatting tokens, e.g. "{date_short} at {time}". */
export function formatDate(seconds, format) {
  const at = local(seconds);
  const day = `${MONTHS[at.getUTCMonth()]} ${at.getUTCDate()}, ${at.getUTCFullYear()}`;
  const short = `${MONTHS[at.getUTCMonth()].slice(0, 3)} ${at.getUTCDate()}, ${at.getUTCFullYear()}`;
  const long = `${DAYS[at.getUTCDay()]}, ${day}`;
  const values = {
    date: day, date_short: short, date_long: long, date_num: dayKey(seconds), ago: prettyDay(seconds, short),
    date_pretty: prettyDay(seconds, day), date_short_pretty: prettyDay(seconds, short),
    date_long_pretty: prettyDay(seconds, long), time: timeOf(seconds),
    time_secs: `${timeOf(seconds)}:${two(at.getUTCSeconds())}`,
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
