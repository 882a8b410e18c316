"""A message as a reader sees it: its text against what stands, its evidence, its history. All of it escaped.

Titles, texts, errors and reasons may come from a vendor, a user or a language model: none of it is markup here.
"""

import json
from collections.abc import Iterable
from html import escape
from typing import Any

import polars as pl

from app import message_words, parts, words
from app.text_difference import Line, difference

_SIGNS = {"new": "+", "gone": "−", "gap": "…"}
_TAGS = {"new": "ins", "gone": "del", "gap": "span", "same": "span"}
# Of a long text so many lines are seen at once.
_LINES = 24


def head(row: dict[str, Any]) -> str:
    """Say of which story a message is, what it is, and where it goes and why."""
    where = f"{row['source']} {row['ticket_key']} ({row['instance']})"
    if row["state"] == message_words.SENT:
        what = f"as {row['remote_id']} on {where}"
    else:
        what = f"new on {where}" if row["sent_version"] is None else f"in place of what stands on {where}"
    link = escape(row["story_key"])
    # Of what is about no ticket there is no page.
    if row["title"] is not None:
        link = f'<a href="{escape(parts.story_address(row["story_key"]))}" target="_self">{link}</a>'
    return (
        f'<div class="message"><p>{link} {escape(row["title"] or "")}</p>'
        f'<p class="soft">{escape(message_words.kind(row["kind"]).capitalize())}, {escape(what)}: '
        f"{escape(row['reason'])}. Text {row['version']}, message {escape(row['message_id'][:12])}.</p></div>"
    )


def waits(why: str | None) -> str:
    """Show what an approved message waits for, None for the next night; nothing where it waits for nothing."""
    if why == "":
        return ""
    return f'<p class="soft">{escape(f"It waits: {why}" if why else "The next night sends it")}.</p>'


def error(said: str | None) -> str:
    """Show what the vendor last said against a message; nothing where it said nothing."""
    return f'<p class="soft">The answer was: {escape(said)}</p>' if said else ""


def text(before: str, after: str) -> str:
    """Show a text against the one that stands: signs and words say what is new, and not colour alone."""
    lines = difference(before, after)
    if not before:
        note, shown = "Nothing of it stands there yet; all of this is new.", [Line("same", one.text) for one in lines]
    elif lines:
        note, shown = "Against what stands there: + is new, − goes.", lines
    else:
        note, shown = "The same words as stand there.", [Line("same", one) for one in after.splitlines()]
    return f'<p class="soft">{note}</p>' + _folded(shown)


def _folded(lines: list[Line]) -> str:
    first, more = "".join(map(_line, lines[:_LINES])), lines[_LINES:]
    if more:
        first += (
            f"<details><summary>{words.count(len(more), 'more line')}</summary>{''.join(map(_line, more))}</details>"
        )
    signed = "text signed" if any(line.what in _SIGNS for line in lines) else "text"
    return f'<div class="{signed}">{first}</div>'


def _line(line: Line) -> str:
    tag, sign = _TAGS[line.what], _SIGNS.get(line.what, "")
    return f'<p class="{line.what}"><span class="sign">{sign}</span><{tag}>{escape(line.text)}</{tag}></p>'


def evidence(facts: str) -> str:
    """Show what a text rests on, claim by claim: the figures as they are printed, and the grade of their evidence."""
    rows = [
        f"<tr><td>{escape(_named(claim))}</td><td>{escape(_figures(claim))}</td>"
        f'<td class="fixed">{escape(str(claim.get("grade") or "–"))}</td></tr>'
        for claim in _claims(facts)
    ]
    if not rows:
        return '<p class="soft">It claims no figure.</p>'
    heads = "<tr><th>It says of</th><th>Figures</th><th>Grade</th></tr>"
    return f'<div class="wide"><table><thead>{heads}</thead><tbody>{"".join(rows)}</tbody></table></div>'


def _claims(facts: str) -> list[dict[str, Any]]:
    """Return the claims in a pack of facts; none where this kind of message has none."""
    told = json.loads(facts)
    found = told.get("claims") if isinstance(told, dict) else None
    return [claim for claim in found or () if isinstance(claim, dict)]


def _named(claim: dict[str, Any]) -> str:
    told = [str(claim.get(name) or "").replace("_", " ") for name in ("subject", "answer")]
    return ": ".join(part for part in told if part)


def _figures(claim: dict[str, Any]) -> str:
    """Return the facts of a claim as they are printed: the figure, its interval, its people, then the rest."""
    facts = [fact for fact in claim.get("facts") or () if isinstance(fact, dict) and fact.get("text")]
    order = {kind: place for place, kind in enumerate(("", "interval", "people", "outcome", "group", "basis"))}
    return "; ".join(str(fact["text"]) for fact in sorted(facts, key=lambda fact: order.get(str(fact.get("kind")), 0)))


def history(changes: pl.DataFrame) -> str:
    """Show each change of a message: when, from what to what, which text, and why."""
    rows = "".join(
        f'<tr><td class="fixed">{escape(words.moment(row["changed_at"]))}</td>'
        f'<td class="fixed">{escape(_step(row))}</td>'
        f'<td class="number">{row["version"]}</td><td class="long">{escape(row["reason"])}</td></tr>'
        for row in changes.iter_rows(named=True)
    )
    heads = '<tr><th>At (UTC)</th><th>State</th><th class="number">Text</th><th>Why</th></tr>'
    return f'<div class="wide"><table><thead>{heads}</thead><tbody>{rows}</tbody></table></div>'


def _step(row: dict[str, Any]) -> str:
    if row["from_state"] is None:
        return "made"
    if row["from_state"] == row["to_state"]:
        return f"still {row['to_state']}"
    return f"{row['from_state']} → {row['to_state']}"


def texts(found: pl.DataFrame, standing: int | None) -> str:
    """Show each text that a message had, the first whole and each later one against the one before."""
    shown, before = "", ""
    for row in found.iter_rows(named=True):
        stands = ", stands there now" if row["version"] == standing else ""
        final = "final figures" if row["is_final"] else "figures not final"
        told = f"Text {row['version']}{stands}: {words.moment(row['created_at'])}, worded by {row['author']}, {final}"
        lines = difference(before, row["body"]) if before else [Line("same", one) for one in row["body"].splitlines()]
        shown += f'<p class="soft">{escape(told)}</p>{_folded(lines)}'
        before = row["body"]
    return shown


def folded(title: str, inner: Iterable[str]) -> str:
    """Fold markup of our own under a line of text."""
    return f"<details><summary>{escape(title)}</summary><div>{''.join(inner)}</div></details>"
