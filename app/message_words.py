"""What messages to tickets are called, and the sentence that opens their page. Pure."""

from collections.abc import Mapping
from datetime import datetime

from app import words

PENDING, APPROVED, SENDING, SENT = "pending", "approved", "sending", "sent"
FAILED, SUPERSEDED, REJECTED = "failed", "superseded", "rejected"

# In the order in which they ask for a person; with the status that each is marked by.
STATES = {
    PENDING: ("waits", "watch"),
    FAILED: ("failed", "act"),
    APPROVED: ("approved, not sent yet", ""),
    SENDING: ("being sent", ""),
    SENT: ("sent", "ok"),
    SUPERSEDED: ("taken back", ""),
    REJECTED: ("rejected", ""),
}
# In the order in which they are read: what goes to people before what goes to charts.
_KINDS = {
    "impact": "impact comment",
    "spec": "specification",
    "follow_up": "follow-up story",
    "release_note": "release note",
    "annotation": "chart annotation",
    "release": "chart release",
    "story_shipped": "event that a story shipped",
    "rollout_step": "event of a rollout step",
    "impact_measured": "event of a measured impact",
}
_MANY = {
    "follow_up": "follow-up stories",
    "story_shipped": "events that a story shipped",
    "rollout_step": "events of a rollout step",
    "impact_measured": "events of a measured impact",
}


def kind(name: str) -> str:
    """Name a kind of message: `impact comment`; one that is not known here by its own name."""
    return _KINDS.get(name, f"{name.replace('_', ' ')} message")


# What stands on no ticket.
_ELSEWHERE = ("release_note", "annotation", "release", "story_shipped", "rollout_step", "impact_measured")


def is_on_a_ticket(name: str) -> bool:
    """Tell whether a message of a kind stands on a ticket once it is sent."""
    return name not in _ELSEWHERE


def place(name: str) -> int:
    """Return where a kind comes among the others: what people will read comes first."""
    return [*_KINDS].index(name) if name in _KINDS else len(_KINDS)


def kinds(number: int, name: str) -> str:
    """Say how many messages of a kind: `3 follow-up stories`."""
    return words.count(number, kind(name), _MANY.get(name))


def state(name: str) -> str:
    """Name a state as a reader would."""
    return STATES[name][0] if name in STATES else name


def messages_sentence(counts: Mapping[str, int], mode: str, troubled: int = 0, elsewhere: int = 0) -> str:
    """Open the page: how many messages wait for a person, how many stand on tickets, how many failed.

    `counts` are messages by state; who they wait for is the mode's to say. `troubled` of those that are approved were
    tried once and could not be sent; `elsewhere` of those that were sent stand on no ticket.
    """
    waiting, sent, failed = (counts.get(name, 0) for name in (PENDING, SENT, FAILED))
    standing = sent - elsewhere
    under_way = counts.get(APPROVED, 0) + counts.get(SENDING, 0)
    whom = {"approve": "a person", "auto": "the next night"}.get(mode)
    one = waiting == 1
    if whom:
        text = f"**{words.count(waiting, 'message')}** {'waits' if one else 'wait'} for {whom}"
    else:
        text = f"**{words.count(waiting, 'message')}** {'waits' if one else 'wait'} and none is sent"
    if waiting == 0:
        text = "**No message** waits" + (f" for {whom}" if whom else "")
    if under_way:
        text += f", {under_way:,} {'is' if under_way == 1 else 'are'} approved and not sent yet"
        text += f" ({troubled:,} after a try that failed)" if troubled else ""
    stands = f"**{standing:,}** {'stands on its ticket' if standing == 1 else 'stand on their tickets'}"
    stands = stands if standing else "none stands on a ticket"
    stands += f", {elsewhere:,} {'was' if elsewhere == 1 else 'were'} sent elsewhere" if elsewhere else ""
    return f"{text}; {stands}, and " + (f"**{failed:,} failed**." if failed else "none failed.")


def mode_sentence(mode: str, since: datetime | None) -> str:
    """Say what the mode of write-back does with what is approved; `since` it is on, None where it is not."""
    if mode == "off":
        return "Write-back is off: no message is made, and approving sends nothing until `writeback.mode` is approve."
    if mode == "dry_run":
        return (
            "Write-back is in mode dry_run: messages are shown, and approving sends nothing until `writeback.mode` is "
            "approve or auto."
        )
    told = {"approve": "what a person approved is sent", "auto": "every message is sent, approved or not,"}[mode]
    begun = f" since {words.date(since)}" if since else ""
    return (
        f"Write-back is in mode {mode}{begun}: {told} by the next night, or by `storyline writeback --send`. "
        "Nothing on this page sends anything."
    )


def waiting_sentence(state: str, reason: str, why: str | None) -> str:
    """Say why a message is where it is: the `reason` of its state, and `why` it waits, None where it is due."""
    if state == PENDING and why and "--approve" in why:
        return "It waits for a person."
    told = f"{STATES[state][0]}: {reason}" if state != PENDING else (why or "the next night sends it")
    return f"{told[:1].upper()}{told[1:]}."
