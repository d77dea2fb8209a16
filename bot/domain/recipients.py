"""Internal contacts gathered into one message per recipient, so that a sweep writes to each person once."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.contacts import INTERNAL_AUDIENCES, ContactNow
from bot.domain.policy import Audience, Channels, People


@dataclass(frozen=True, slots=True)
class Gathered:
    """One message: ``target`` is a Slack user or channel, empty when the policy names nobody for ``audience``.

    A person who is both owner and manager gets one message, as owner.
    """

    audience: Audience
    target: str
    contacts: tuple[ContactNow, ...]


def recipient(audience: Audience, customer_id: str, people: People, channels: Channels) -> str:
    """The Slack user or channel behind ``audience`` for this customer; empty when there is none."""
    match audience:
        case "owner":
            return people.owner_of(customer_id)
        case "manager":
            return people.manager
        case "channel":
            return channels.escalation
        case _:
            return ""


def gather_by_recipient(
    contacts: Iterable[ContactNow], people: People, channels: Channels
) -> tuple[Gathered, ...]:
    """One ``Gathered`` per recipient: owners first, then the manager, then the channel; each contact once in it.

    Contacts without a recipient are gathered under an empty target, so that the caller can say so.
    """
    told = list(contacts)
    audience_of: dict[str, Audience] = {}
    gathered: dict[str, list[ContactNow]] = {}
    for audience in INTERNAL_AUDIENCES:
        for contact in told:
            if audience in contact.audiences:
                target = recipient(audience, contact.customer_id, people, channels)
                key = target or f"nobody:{audience}"
                audience_of.setdefault(key, audience)
                mine = gathered.setdefault(key, [])
                if contact not in mine:
                    mine.append(contact)
    return tuple(
        Gathered(audience_of[key], "" if key.startswith("nobody:") else key, tuple(mine))
        for key, mine in gathered.items()
    )
