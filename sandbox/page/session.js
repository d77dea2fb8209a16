// Who this page plays, and the names of everybody and every channel.

export const session = {
  user: null, team: "", bot: null, users: new Map(), channels: new Map(), commands: [], shortcuts: [],
};

export function learn(state) {
  session.user = state.me?.id ?? state.me;
  session.team = state.team?.name ?? "Workspace";
  session.bot = state.bot ?? { id: "", name: "Bot", connected: false };
  session.users = new Map(state.users.map((user) => [user.id, user]));
  session.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
  session.commands = state.commands ?? [];
  session.shortcuts = state.shortcuts ?? [];
}

const isBot = (id) => session.bot && (id === session.bot.id || id === session.bot.user_id);

export function personName(id) {
  return session.users.get(id)?.name ?? (isBot(id) ? session.bot.name : id);
}

/** The name of a channel; a direct message is called after the other person in it. */
export function channelName(id) {
  const channel = session.channels.get(id);
  if (!channel) return id;
  if (!channel.is_im) return channel.name;
  const other = (channel.members ?? []).find((member) => member !== session.user);
  return other ? personName(other) : channel.name;
}
