"""Writes the demo company's interviews as a notebook tool exports them: CloudEvents, a line each."""

import json
from datetime import datetime
from pathlib import Path

from pipelines.company import Company
from pipelines.sources.played import Demo


def interviews(company: Company, as_of: datetime) -> str:
    """Return every interview that was held by then, each with the story that came of it."""
    lines = [
        {
            "specversion": "1.0",
            "id": story.interview.key,
            "source": "notes",
            "type": "dev.storyline.interview.held.v1",
            "time": story.interview.held_at.isoformat(),
            "data": {"title": story.interview.title, "story_keys": [story.key]},
        }
        for story in company.stories
        if story.interview is not None and story.interview.held_at <= as_of
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


class _Demo:
    """The company's notebook. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, folder: Path) -> None:
        """Write what it exported."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "interviews.ndjson").write_text(interviews(company, as_of), encoding="utf-8")


DEMO: Demo = _Demo()
