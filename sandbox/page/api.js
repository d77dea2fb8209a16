// The page's side of the protocol with the sandbox server.

import { session } from "./session.js";

async function answer(response) {
  try {
    return await response.json();
  } catch {
    return { ok: false, error: `The sandbox answered ${response.status}: look at its log.` };
  }
}

async function call(path, init) {
  try {
    return await answer(await fetch(path, init));
  } catch {
    return { ok: false, error: "The sandbox can't be reached: check that it is still running." };
  }
}

export function get(path, query = {}) {
  const params = new URLSearchParams(session.user ? { user: session.user, ...query } : query);
  return call(`/page/${path}?${params}`);
}

export function post(path, body) {
  return call(`/page/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user: session.user, ...body }),
  });
}

/** Server-Sent Events of the person played; `onLost` and `onReopen` run when the stream goes and when it is back. */
export function listen({ onEvent, onLost, onReopen }) {
  const source = new EventSource(`/page/events?${new URLSearchParams({ user: session.user })}`);
  let lost = false;
  source.onmessage = (event) => onEvent(JSON.parse(event.data));
  source.onerror = () => {
    if (!lost) onLost();
    lost = true;
  };
  source.onopen = () => {
    if (lost) onReopen();
    lost = false;
  };
  return source;
}
