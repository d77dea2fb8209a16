// A small map of shortcodes; an unknown one stays as it was written.

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", warning: "⚠️",
  no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", rotating_light: "🚨", exclamation: "❗",
  heavy_exclamation_mark: "❗", question: "❓", information_source: "ℹ️", bulb: "💡", bell: "🔔",
  no_bell: "🔕", mega: "📣", loudspeaker: "📢", email: "✉️", envelope: "✉️", incoming_envelope: "📨",
  outbox_tray: "📤", inbox_tray: "📥", mailbox: "📫", telephone_receiver: "📞", phone: "☎️", telephone: "☎️",
  calendar: "📆", date: "📅", spiral_calendar_pad: "🗓️", clock1: "🕐", clock9: "🕘", alarm_clock: "⏰",
  raised_hand: "✋", leftwards_arrow_with_hook: "↩️",
  stopwatch: "⏱️", hourglass: "⌛", hourglass_flowing_sand: "⏳", moneybag: "💰", money_with_wings: "💸",
  dollar: "💵", credit_card: "💳", bank: "🏦", receipt: "🧾", page_facing_up: "📄", page_with_curl: "📃",
  memo: "📝", pencil: "📝", pencil2: "✏️", clipboard: "📋", pushpin: "📌", paperclip: "📎", link: "🔗",
  bar_chart: "📊", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", mag: "🔍",
  lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️", gear: "⚙️", wrench: "🔧", hammer_and_wrench: "🛠️",
  ticket: "🎫", robot_face: "🤖", wave: "👋", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎",
  raised_hands: "🙌", pray: "🙏", handshake: "🤝", eyes: "👀", tada: "🎉", sparkles: "✨", rocket: "🚀",
  star: "⭐", fire: "🔥", zzz: "💤", snowflake: "❄️", scales: "⚖️", busts_in_silhouette: "👥",
  bust_in_silhouette: "👤", office: "🏢", house: "🏠", sunrise: "🌅", sunny: "☀️", zap: "⚡",
  red_circle: "🔴", large_orange_circle: "🟠", orange_circle: "🟠", large_yellow_circle: "🟡",
  yellow_circle: "🟡", large_green_circle: "🟢", green_circle: "🟢", large_blue_circle: "🔵",
  blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", large_purple_circle: "🟣",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", arrows_counterclockwise: "🔄",
  repeat: "🔁", fast_forward: "⏩", heavy_plus_sign: "➕", heavy_minus_sign: "➖", wastebasket: "🗑️",
  double_vertical_bar: "⏸️", pause_button: "⏸️", arrow_forward: "▶️", speech_balloon: "💬",
  smile: "😄", slightly_smiling_face: "🙂", disappointed: "😞", thinking_face: "🤔", see_no_evil: "🙈",
};

const SHORTCODE = /:([a-z0-9_+-]+):/g;

export const emoji = (name) => EMOJI[name] ?? `:${name}:`;
export const withEmoji = (text) => text.replace(SHORTCODE, (whole, name) => EMOJI[name] ?? whole);
