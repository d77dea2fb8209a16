// What a person has typed in one view or message, kept by block_id and action_id as Slack keeps it.

const EMPTY = {
  checkboxes: { selected_options: [] }, radio_buttons: { selected_option: null },
  static_select: { selected_option: null }, external_select: { selected_option: null },
  users_select: { selected_user: null }, conversations_select: { selected_conversation: null },
  channels_select: { selected_channel: null }, datepicker: { selected_date: null },
  timepicker: { selected_time: null }, datetimepicker: { selected_date_time: null }, file_input: { files: [] },
  multi_static_select: { selected_options: [] }, multi_external_select: { selected_options: [] },
  multi_users_select: { selected_users: [] }, multi_conversations_select: { selected_conversations: [] },
  multi_channels_select: { selected_channels: [] },
};

/** What an element holds before anybody touched it: its `initial_…` or nothing. */
export function initialPayload(element) {
  const payload = { ...(EMPTY[element.type] ?? { value: null }) };
  for (const key of Object.keys(payload)) {
    const name = key.replace("selected", "initial");
    const initial = key === "value" ? element.initial_value : element[name];
    if (initial !== undefined) payload[key] = initial;
  }
  return payload;
}

export const HOLDS_STATE = new Set([...Object.keys(EMPTY), "plain_text_input", "email_text_input", "url_text_input", "number_input"]);

export class Form {
  #values = new Map();
  #seen = new Set();

  /** Takes over what the server remembers, as after a reload of the page. */
  seed(values) {
    for (const [blockId, actions] of Object.entries(values)) {
      for (const [actionId, value] of Object.entries(actions)) this.#values.set(JSON.stringify([blockId, actionId]), value);
    }
  }

  beginRender() {
    this.#seen = new Set();
  }

  /** Forgets what is no longer shown: the same ids coming back later start afresh. */
  endRender() {
    for (const key of this.#values.keys()) if (!this.#seen.has(key)) this.#values.delete(key);
  }

  /** The value under these ids; a value typed earlier wins over `initial_…` while the ids stay. */
  adopt(blockId, element) {
    const key = JSON.stringify([blockId, element.action_id]);
    this.#seen.add(key);
    const kept = this.#values.get(key);
    if (kept?.type === element.type) return kept;
    const fresh = { type: element.type, ...initialPayload(element) };
    this.#values.set(key, fresh);
    return fresh;
  }

  write(blockId, element, payload) {
    this.#values.set(JSON.stringify([blockId, element.action_id]), { type: element.type, ...payload });
  }

  values() {
    const result = {};
    for (const [key, value] of this.#values) {
      const [blockId, actionId] = JSON.parse(key);
      (result[blockId] ??= {})[actionId] = value;
    }
    return result;
  }
}
