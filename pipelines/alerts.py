"""Alerts a team's chat when the verdict on a step of a rollout changes for the worse, or back: once for each change.

The address is a secret of the environment. What cannot be sent is told and fails nothing. A chat's webhook knows no
message that it had before, so an alert whose answer was lost is not sent again: better none than two.
"""

import json
import re
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

import duckdb
import httpx

from pipelines.clock import now
from pipelines.connections import network_of
from pipelines.settings import Settings, SettingsError, secret
from pipelines.sources.live import Network
from warehouse import verdicts
from warehouse.event_log import newest_as_of
from warehouse.store import open_log

WEBHOOK = "STORYLINE_ALERT_WEBHOOK"
_ATTEMPTS, _SECONDS, _LONGEST_WAIT = 3, 10.0, 15.0
_TITLES = {"ok": "Well again", "pause": "Pause", "investigate": "Investigate", "roll_back": "Roll back"}
# Slack refuses a block of more than 3,000 characters.
_LONGEST = 2_500
# Nothing was sent yet where one of these is raised.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


@dataclass(frozen=True, slots=True)
class Alerted:
    """How many alerts arrived, and a sentence for each trouble."""

    sent: int = 0
    troubles: tuple[str, ...] = ()


class _Refused(RuntimeError):
    """It did not arrive, for sure; the next run may try again."""


class _Lost(RuntimeError):
    """It was sent and nobody knows whether it arrived."""


def send_alerts(settings: Settings, *, sleep: Callable[[float], None] = time.sleep) -> Alerted:
    """Send what is due, each change once; where no webhook is named, nothing.

    The first one that does not arrive ends it: the others wait for the next run, as long as they are fresh.

    Raises:
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    webhook = secret(WEBHOOK)
    if webhook is None:
        return Alerted()
    with open_log(settings, command="storyline alert", since=now()) as connection:
        as_of = newest_as_of(connection) or now()
        lost = verdicts.clear_up(connection)
        troubles = [f"{lost} alerts about rollouts may not have arrived: the run was killed meanwhile."] if lost else []
        waiting = verdicts.due(connection, as_of, timedelta(hours=settings.guardrails.alert_hours))
        if not waiting:
            return Alerted(0, tuple(troubles))
        try:
            post = _Post(webhook, network_of(settings), sleep)
        except (SettingsError, OSError, ValueError) as error:
            why = error if isinstance(error, SettingsError) else "network.proxy or network.ca_bundle cannot be used"
            return Alerted(0, (*troubles, f"No alert about a rollout was sent: {why}."))
        with post:
            sent = _sent(connection, post, waiting, as_of, troubles)
    return Alerted(sent, tuple(troubles))


def _sent(
    connection: duckdb.DuckDBPyConnection,
    post: "_Post",
    waiting: Sequence[verdicts.Due],
    as_of: datetime,
    troubles: list[str],
) -> int:
    """Send these one after the other, each marked before and after, and return how many arrived."""
    for number, one in enumerate(waiting):
        verdicts.mark(connection, one, verdicts.SENDING, as_of)
        try:
            post.send(message(json.loads(one.payload)))
        except (_Refused, _Lost) as error:
            state = verdicts.FAILED if isinstance(error, _Refused) else verdicts.UNCLEAR
            verdicts.mark(connection, one, state, as_of, str(error))
            troubles.append(f"An alert about a rollout {_fate(state)}: {error}.")
            return number
        verdicts.mark(connection, one, verdicts.SENT, as_of)
    return len(waiting)


def _fate(state: str) -> str:
    return "was not sent" if state == verdicts.FAILED else "may not have arrived and is not sent again"


def message(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change of a verdict in Slack's format: `text` for notifications, `blocks` for the message itself."""
    share = f" ({change['percentage']:g} %)" if change["percentage"] is not None else ""
    place = f"step {change['step']}{share} in {_plain(change['environment'])}"
    title = f"{_TITLES[change['verdict']]}: {_plain(change['flag_key'])}"
    what = str(change["guardrail"]).replace("_", " ")
    story = f"story {_plain(change['story_key'])}, " if change["story_key"] else ""
    before = str(change["previous_verdict"]).replace("_", " ")
    reason = _plain(change["reason"])
    return {
        "text": f"{title}, {place}: {what}. {reason}",
        "mrkdwn": False,
        "blocks": [
            {"type": "section", "text": _block(f"*{title}*\n{place}, {what}\n{reason}")},
            {"type": "context", "elements": [_block(f"{story}rollout {change['epoch']}, before: {before}")]},
        ],
    }


def _block(text: str) -> dict[str, Any]:
    # Verbatim: no name of a channel or person becomes a link.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: Any) -> str:
    """Return a text as the chat shows it, in one line: it mentions nobody, links nowhere and formats nothing."""
    told = re.sub(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+", " ", str(text))[:_LONGEST]
    told = told.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A blank of no width ends what would be a mention or a pair of marks, and shows nothing.
    return re.sub(r"([@*~`]|(?<![^\W_])_|_(?![^\W_]))", "\\1\u200b", told)


class _Post:
    """Sends to the webhook, within bounds of tries and time. No error holds the address."""

    def __init__(self, webhook: str, network: Network, sleep: Callable[[float], None]) -> None:
        self._webhook, self._sleep = webhook, sleep
        trusted = ssl.create_default_context(cafile=network.ca_bundle) if network.ca_bundle else True
        self._client = httpx.Client(
            timeout=min(network.timeout_seconds, _SECONDS), proxy=network.proxy, verify=trusted, follow_redirects=False
        )

    def __enter__(self) -> "_Post":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def send(self, told: Mapping[str, Any]) -> None:
        """Send one message.

        Raises:
            _Refused: it did not arrive.
            _Lost: nobody knows whether it did.
        """
        for attempt in range(_ATTEMPTS):
            status, wait, why = self._tried(told)
            if 200 <= status < 300:
                return
            if status and status != 429 and status < 500:
                break
            if attempt + 1 < _ATTEMPTS:
                self._sleep(min(wait or 2.0**attempt, _LONGEST_WAIT))
        raise _Refused(why)

    def _tried(self, told: Mapping[str, Any]) -> tuple[int, float, str]:
        """Return the status, 0 where nobody could be reached; how long to wait; and what is wrong."""
        try:
            answer = self._client.post(self._webhook, json=told)
        except (*_UNSENT, httpx.InvalidURL) as error:
            return 0, 0.0, f"the webhook cannot be reached ({type(error).__name__}); check {WEBHOOK}"
        except httpx.HTTPError as error:
            # Without its cause: it carries the address.
            lost = f"the webhook did not answer ({type(error).__name__})"
        else:
            return answer.status_code, _seconds(answer), f"the webhook answers {answer.status_code}; check {WEBHOOK}"
        raise _Lost(lost)


def _seconds(answer: httpx.Response) -> float:
    told = answer.headers.get("Retry-After", "")
    return float(told) if told.isdigit() else 0.0
