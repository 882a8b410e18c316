"""Stories whose pull requests bear signs of AI, strong ones, weak ones and none: project AI of the planted company."""

from pipelines.events.records import RawRecord
from tests.dbt.planting import Row, Tracker, day, fact, record, sha

# By ticket: what its pull request says beside a plain commit, and what a story with it must be called.
SIGNS: dict[str, tuple[dict[str, object], str]] = {
    "AI-1": ({"message": "Cart\n\nAssisted-by: Somebody:some-model-1"}, "declared"),
    "AI-2": ({"message": "Cart\n\nGenerated-by: Claude"}, "declared"),
    "AI-3": ({"body": "- [x] AI tools were used\n- [ ] Tests"}, "declared"),
    "AI-4": ({"labels": ["UI", "AI-generated"]}, "declared"),
    "AI-5": ({"message": "Cart\n\nCo-authored-by: Cursor <cursoragent@cursor.com>"}, "detected"),
    "AI-6": ({"body": "<!-- CURSOR_SUMMARY -->\nA cart"}, "detected"),
    "AI-7": ({"branch": "codex/cart"}, "detected"),
    "AI-8": ({"by": "bot:devin-ai-integration[bot]"}, "detected"),
    "AI-9": ({"note": "refs/notes/ai"}, "detected"),
    "AI-10": ({"note_at_merge": "refs/notes/whogitit"}, "detected"),
    # People write about tools, bots move versions, a forge commits for whoever pressed its button, boxes stay empty.
    "AI-20": ({"title": "[Cursor] moves in the table"}, "none_detected"),
    "AI-21": ({"body": "As devin.ai and aider do; claude sonnet was wrong. See Copilot's docs."}, "none_detected"),
    "AI-22": ({"by": "bot:dependabot[bot]"}, "none_detected"),
    "AI-23": ({"committer": "bot:web-flow"}, "none_detected"),
    "AI-24": ({"by": "bot:github-actions[bot]"}, "none_detected"),
    "AI-25": ({"body": "- [ ] AI tools were used"}, "none_detected"),
    "AI-26": ({"branch": "fix-cursor/jumps"}, "none_detected"),
    "AI-27": ({"message": "Cart\n\nCo-authored-by: Ben <ben@acme.example>"}, "none_detected"),
    "AI-28": ({"note": "refs/notes/commits"}, "none_detected"),
    "AI-29": ({"reviewer": "bot:coderabbitai[bot]"}, "none_detected"),
    # Only a merge was told: neither a commit nor a text in which anything could stand.
    "AI-30": ({"message": None}, "unknown"),
}
REPOSITORY = "acme/signs"


def records(tracker: Tracker) -> list[RawRecord]:
    """The stories of `SIGNS`, each with one pull request; AI-40 has none, and AI-41 is labelled and has none."""
    found = [tracker.ticket(key, day(50)) for key in (*SIGNS, "AI-40")]
    found.append(tracker.ticket("AI-41", day(50), labels=["ai-assisted"]))
    for number, (key, (sign, _)) in enumerate(SIGNS.items(), start=900):
        found += _pull_request(number, key, sign)
    return found


def _pull_request(number: int, key: str, sign: dict[str, object]) -> list[RawRecord]:
    subject, named = f"change:{REPOSITORY}#{number}", {"repository": REPOSITORY, "number": number}
    by = str(sign.get("by", "p_00000000000000aa"))
    state: Row = {
        "title": f"{key} {sign.get('title', 'Cart')}", "body": sign.get("body"), "labels": sign.get("labels", []),
        "state": "merged", "head_branch": sign.get("branch", "cart"), "base_branch": "main", "author": by,
        "created_at": day(51), "updated_at": day(53), "merged_at": day(53), "merge_sha": sha(number),
    }  # fmt: skip
    committed: Row = {"sha": sha(number + 1000), "message": sign.get("message", "Cart"), "authored_at": day(51)}
    committed["author"] = sign.get("committer", by)
    events = [
        fact("change.updated", subject, day(53), named | state, by=by),
        fact("change.committed", subject, day(51), named | committed, by=by),
    ]
    if reviewer := sign.get("reviewer"):
        review = {"review_id": f"ai{number}", "state": "approved"}
        events.append(fact("change.reviewed", subject, day(51.001), named | review, by=str(reviewer)))
    found = [record(subject, *events, version=day(53))]
    for name, commit in (("note", sha(number + 1000)), ("note_at_merge", sha(number))):
        if ref := sign.get(name):
            payload = {"repository": REPOSITORY, "sha": commit, "notes_ref": ref}
            noted = fact("commit.annotated", f"commit:{REPOSITORY}@{commit}", day(52), payload)
            found.append(record(f"note {number}", noted, stream="facts"))
    return found
