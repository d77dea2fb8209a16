// Fields a person types or ticks. Each takes a `field` (see elements.js) and returns a node.

import { debounce, h, uid } from "./dom.js";
import { textNodes, textOf } from "./mrkdwn.js";

const PAUSE_BEFORE_SENDING = 350;
const HTML_TYPES = { plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "text" };

function textInput(field) {
  const { element } = field;
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const sendSoon = debounce(PAUSE_BEFORE_SENDING, () => field.send());
  const write = () => {
    field.write({ value: node.value || null });
    if (triggers.includes("on_character_entered")) sendSoon();
  };
  const pressed = (event) => {
    const sends = event.key === "Enter" && !event.shiftKey && field.dispatches && triggers.includes("on_enter_pressed");
    if (!sends) return;
    event.preventDefault();
    field.send();
  };
  const attributes = { ...field.attributes, placeholder: textOf(element.placeholder), value: field.read().value ?? "",
    maxlength: element.max_length, autocomplete: "off", oninput: write, onkeydown: pressed };
  const node = element.multiline
    ? h("textarea", { ...attributes, rows: "4" })
    : h("input", { ...attributes, type: HTML_TYPES[element.type], inputmode: element.type === "number_input" ? "decimal" : null });
  return node;
}

// The picker changes at every key typed into it; the bot is told when the person pauses on a whole value.
function picker(type, key) {
  return (field) => {
    const sendSoon = debounce(PAUSE_BEFORE_SENDING, () => field.send());
    const write = (event) => { field.write({ [key]: event.target.value || null }); sendSoon(); };
    return h("input", { ...field.attributes, type, value: field.read()[key] ?? "", onchange: write });
  };
}

function dateTimePicker(field) {
  const seconds = field.read().selected_date_time;
  const value = seconds ? new Date(seconds * 1000).toISOString().slice(0, 16) : "";
  const write = (event) => field.change({ selected_date_time: event.target.value ? Date.parse(`${event.target.value}Z`) / 1000 : null });
  return h("input", { ...field.attributes, type: "datetime-local", value, onchange: write });
}

function choices(type, read, toPayload) {
  return (field) => {
    const { element } = field;
    const name = uid("choice");
    const group = h("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group", ...field.attributes });
    const boxes = () => [...group.querySelectorAll("input")];
    const heldValues = () => new Set(read(field.read()).map((o) => o.value));
    const changed = async () => {
      const ticked = element.options.filter((_, i) => boxes()[i].checked);
      if (await field.change(toPayload(ticked))) return;
      const before = heldValues();
      for (const box of boxes()) box.checked = before.has(box.value);
    };
    const held = heldValues();
    group.append(...element.options.map((o) => h("label", { class: "choice" },
      h("input", { type, name, value: o.value, checked: held.has(o.value), onchange: changed }),
      h("span", null, textNodes(o.text), o.description ? h("small", null, textNodes(o.description)) : null))));
    return group;
  };
}

const checkboxes = choices("checkbox", (held) => held.selected_options ?? [], (ticked) => ({ selected_options: ticked }));
const radios = choices("radio", (held) => [held.selected_option].filter(Boolean), (ticked) => ({ selected_option: ticked[0] ?? null }));

const base64 = (file) => new Promise((resolve) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).split(",", 2)[1] ?? "");
  reader.readAsDataURL(file);
});

function fileInput(field) {
  const { element } = field;
  const names = h("div", { class: "hint" }, (field.read().files ?? []).map((file) => file.name).join(", "));
  const chosen = async (event) => {
    const files = await Promise.all([...event.target.files].map(async (file) => (
      { name: file.name, mimetype: file.type, size: file.size, content_base64: await base64(file) })));
    names.textContent = files.map((file) => file.name).join(", ");
    field.change({ files });
  };
  return h("div", null, h("input", { ...field.attributes, type: "file", multiple: (element.max_files ?? 10) > 1,
    accept: element.filetypes?.map((ending) => `.${ending}`).join(","), onchange: chosen }), names);
}

export const INPUTS = {
  plain_text_input: textInput, email_text_input: textInput, url_text_input: textInput, number_input: textInput,
  datepicker: picker("date", "selected_date"), timepicker: picker("time", "selected_time"), datetimepicker: dateTimePicker,
  checkboxes, radio_buttons: radios, file_input: fileInput,
};
