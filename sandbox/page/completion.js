// What the composer offers while a slash command is being typed.

import { session } from "./session.js";

// A subcommand comes as "find acme [overdue]" or as {name, hint, description}.
function subcommand(given) {
  if (typeof given !== "string") return { name: given.name ?? given.subcommand, hint: given.hint ?? given.usage_hint ?? "", note: given.description ?? "" };
  const [name, ...hint] = given.split(" ");
  return { name, hint: hint.join(" "), note: "" };
}

const commandName = (command) => (command.command.startsWith("/") ? command.command : `/${command.command}`);

/** Suggestions for the text before the caret: [{text, label, hint, note}], where `text` replaces all of it. */
export function suggestions(typed) {
  const match = /^(\/\S*)(?:(\s+)(\S*))?$/.exec(typed);
  if (!match) return [];
  const [, root, gap, begun] = match;
  if (gap === undefined) {
    return session.commands.filter((command) => commandName(command).startsWith(root)).map((command) => ({
      text: `${commandName(command)} `, label: commandName(command), hint: command.usage_hint ?? "", note: command.description ?? "", isCommand: true,
    }));
  }
  const command = session.commands.find((one) => commandName(one) === root);
  return (command?.subcommands ?? []).map(subcommand).filter(({ name }) => name.startsWith(begun)).map(({ name, hint, note }) => ({
    text: `${root} ${name} `, label: `${root} ${name}`, hint, note, isCommand: false,
  }));
}
