// A surface is what blocks stand on: a message, a modal's view or App Home. It holds typed state and sends actions.

import { post } from "./api.js";
import { Form } from "./form.js";
import { confirmDialog } from "./layers.js";
import { toast } from "./toast.js";

// The server tells the person of these itself, by a notice.
const NOTICED = new Set(["operation_timeout", "dispatch_failed", "not_connected", "invalid_command"]);
const FAILURES = {
  message_not_found: "That message is not there any more.",
  not_found: "That view is closed already. Open it again.",
  channel_not_found: "You are not in that channel.",
};

export const failureText = (error) => FAILURES[error] ?? String(error);

/** Shows what went wrong, unless the server does so. */
export function tellFailure(answer) {
  if (answer.ok === false && !NOTICED.has(answer.error)) toast(failureText(answer.error));
}

export class Surface {
  form = new Form();
  root = null;
  #busy = 0;
  #queue = Promise.resolve();

  constructor(container) {
    this.container = container;
  }

  get busy() {
    return this.#busy > 0;
  }

  /** Shows the surface as working while `work` runs; buttons do nothing meanwhile. */
  async during(work) {
    this.#busy += 1;
    this.root?.setAttribute("aria-busy", "true");
    try {
      return await work();
    } finally {
      this.#busy -= 1;
      if (!this.#busy) this.root?.removeAttribute("aria-busy");
    }
  }

  /** Asks for confirmation where the element wants it, then sends the action. False when the person declined. */
  async act(blockId, element, payload) {
    if (element.confirm && !(await confirmDialog(element.confirm))) return false;
    this.#queue = this.#queue.then(() => this.during(() => this.#send(blockId, element, payload)));
    await this.#queue;
    return true;
  }

  async #send(blockId, element, payload) {
    const answer = await post("action", {
      container: this.container,
      action: { block_id: blockId, action_id: element.action_id, type: element.type, ...payload },
      state: { values: this.form.values() },
    });
    tellFailure(answer);
  }

  options(blockId, actionId, value) {
    return post("options", {
      container: this.container, block_id: blockId, action_id: actionId, value, state: { values: this.form.values() },
    });
  }
}
