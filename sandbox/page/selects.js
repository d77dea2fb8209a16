// Slack's select menus, told as options for the combobox.

import { channelName, session } from "./session.js";
import { Combobox } from "./combobox.js";
import { textOf } from "./mrkdwn.js";

const option = (value, text) => ({ value, text: { type: "plain_text", text } });
const people = () => [...session.users.values()].map((user) => option(user.id, user.name));
const channels = () => [...session.channels.values()].map((c) => option(c.id, `${c.is_im ? "" : "#"}${channelName(c.id)}`));

const matching = (options, query) => {
  const wanted = query.trim().toLowerCase();
  return options.filter((o) => `${textOf(o.text)} ${textOf(o.description)}`.toLowerCase().includes(wanted));
};

function groupsOf(source, query) {
  const groups = source.option_groups ?? [{ options: source.options ?? [] }];
  return groups.map((group) => ({ label: textOf(group.label), options: matching(group.options, query) }));
}

async function fromBot(surface, blockId, element, query) {
  const answer = await surface.options(blockId, element.action_id, query);
  if (answer.ok === false) return { problem: `The choices could not be loaded: ${answer.error}` };
  return { groups: groupsOf(answer, "") };
}

// Which key carries the choice, and how an option becomes the value under it and back.
const asOption = { toValue: (o) => o, toOption: (o) => o };
const asId = (name) => ({ toValue: (o) => o.value, toOption: (id) => option(id, name(id)) });
const personOption = asId((id) => session.users.get(id)?.name ?? id);
const channelOption = asId((id) => channelName(id));

const KINDS = {
  static_select: { key: "selected_option", ...asOption },
  external_select: { key: "selected_option", ...asOption, remote: true },
  users_select: { key: "selected_user", ...personOption, given: people },
  conversations_select: { key: "selected_conversation", ...channelOption, given: channels },
  channels_select: { key: "selected_channel", ...channelOption, given: channels },
  multi_static_select: { key: "selected_options", ...asOption, multi: true },
  multi_external_select: { key: "selected_options", ...asOption, remote: true, multi: true },
  multi_users_select: { key: "selected_users", ...personOption, given: people, multi: true },
  multi_conversations_select: { key: "selected_conversations", ...channelOption, given: channels, multi: true },
  multi_channels_select: { key: "selected_channels", ...channelOption, given: channels, multi: true },
};

export const SELECT_TYPES = Object.keys(KINDS);

export function select(field) {
  const { element, surface, blockId } = field;
  const kind = KINDS[element.type];
  const held = field.read()[kind.key];
  const toPayload = (selected) => ({ [kind.key]: kind.multi ? selected.map(kind.toValue) : selected.length ? kind.toValue(selected[0]) : null });
  const given = kind.given ? { options: kind.given() } : element;
  return new Combobox({
    attributes: field.attributes,
    placeholder: textOf(element.placeholder) || "Choose…",
    multi: Boolean(kind.multi),
    limit: element.max_selected_items,
    remote: Boolean(kind.remote),
    minQuery: kind.remote ? element.min_query_length ?? 3 : 0,
    selected: (kind.multi ? held ?? [] : [held]).filter(Boolean).map(kind.toOption),
    load: (query) => (kind.remote ? fromBot(surface, blockId, element, query) : Promise.resolve({ groups: groupsOf(given, query) })),
    onChange: (selected) => field.change(toPayload(selected)),
  }).root;
}
