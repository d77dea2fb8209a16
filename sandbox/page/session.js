// Who this page plays, and the names of everybody and every channel.

export const session = {
  user: null, team: "", bot: null, users: new Map(), met: new Map(), channels: new Map(), commands: [], shortcuts: [],
  reached: true,
};

export function learn(state) {
  session.reached = true;
  session.user = state.me?.id ?? state.me;
  session.team = state.team?.name ?? "Workspace";
  session.bot = { id: "", name: "Bot", connected: false, ...state.bot };
  session.users = new Map(state.users.map((user) => [user.id, user]));
  session.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
  session.commands = state.commands ?? [];
  session.shortcuts = state.shortcuts ?? [];
  // Its handle is in small letters; its conversation bears the name that people see.
  session.bot.name = state.channels.find(isWithBot)?.name ?? session.bot.name;
}

/** Remembers the name of somebody who wrote: bots and guests are not among those who can be played. */
export function meet(id, name) {
  if (id && name) session.met.set(id, name);
}

export function personName(id) {
  return session.users.get(id)?.name ?? session.met.get(id) ?? (id === session.bot?.id ? session.bot.name : id);
}

export const channelName = (id) => session.channels.get(id)?.name ?? id;

/** Whether a channel is the direct conversation with the bot. */
export const isWithBot = (channel) => channel.is_im && channel.name.toLowerCase() === session.bot.name.toLowerCase();
