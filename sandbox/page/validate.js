// What Slack itself refuses in a modal before the app is asked. Returns {block_id: sentence}.

const REQUIRED = "Please complete this required field.";

function isEmpty(held) {
  const { type, ...rest } = held;
  return Object.values(rest).every((v) => v === null || v === "" || (Array.isArray(v) && v.length === 0));
}

function numberProblem(element, value) {
  const pattern = element.is_decimal_allowed ? /^-?\d*\.?\d+$/ : /^-?\d+$/;
  if (!pattern.test(value)) return element.is_decimal_allowed ? "Enter a number." : "Enter a whole number.";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return `Enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return `Enter ${element.max_value} or less.`;
  return null;
}

const CHECKS = {
  plain_text_input: (e, v) => {
    if (e.min_length && v.length < e.min_length) return `Enter at least ${e.min_length} characters.`;
    return e.max_length && v.length > e.max_length ? `Enter at most ${e.max_length} characters.` : null;
  },
  email_text_input: (e, v) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(v) ? null : "Enter an email address such as name@example.com."),
  url_text_input: (e, v) => (/^https?:\/\/\S+$/.test(v) ? null : "Enter a link that starts with https://."),
  number_input: numberProblem,
};

function problem(block, values) {
  const element = block.element;
  const held = values[block.block_id]?.[element.action_id];
  if (!held || isEmpty(held)) return block.optional ? null : REQUIRED;
  return CHECKS[element.type]?.(element, held.value) ?? null;
}

export function problems(view, values) {
  const found = view.blocks.filter((block) => block.type === "input").map((block) => [block.block_id, problem(block, values)]);
  return Object.fromEntries(found.filter(([, text]) => text));
}
