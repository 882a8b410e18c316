"""The worked questions: each file of docs/questions tells a question, its answer and its limits, and asks it in SQL."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pipelines.docs_words import NOTE, anchor
from pipelines.settings import PROJECT_ROOT

QUESTIONS = PROJECT_ROOT / "docs" / "questions"


@dataclass(frozen=True, slots=True)
class Question:
    """A question that an analyst asks.

    Attributes:
        name: of its file, without the number.
        answer: what the answer looks like.
        limits: what the answer does not say.
        sql: the query alone.
        marts: the public tables that it reads.
    """

    number: int
    name: str
    question: str
    answer: str
    limits: str
    sql: str
    marts: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its heading."""
        return f"{self.number}. {self.name.replace('_', ' ').capitalize()}"


def questions() -> tuple[Question, ...]:
    """Every question, by its number."""
    return tuple(_read(path) for path in sorted(QUESTIONS.glob("*.sql")))


def answerable(known_marts: Iterable[str]) -> tuple[Question, ...]:
    """The questions whose marts are all there; the others wait for one that is still to be built."""
    known = set(known_marts)
    return tuple(question for question in questions() if known.issuperset(question.marts))


def _read(path: Path) -> Question:
    number, _, name = path.stem.partition("_")
    text = path.read_text()
    comment = re.match(r"(?:-- .*\n)+", text)
    if comment is None:
        raise ValueError(f"{path.name} does not begin with its question as a comment")
    told = " ".join(line.removeprefix("-- ") for line in comment[0].splitlines())
    parts = re.fullmatch(r"(.+\?) Answer: (.+) Limits: (.+)", told)
    if parts is None:
        raise ValueError(f"{path.name} lacks one of: a question, `Answer:`, `Limits:`")
    sql = text[comment.end() :].strip()
    marts = sorted(set(re.findall(r"\bmarts\.(\w+)", sql)))
    question, answer, limits = (part[0].upper() + part[1:] for part in parts.groups())
    return Question(int(number), name, question, answer, limits, sql, tuple(marts))


def questions_page(known_marts: Iterable[str]) -> str:
    """The page of the worked questions; those that wait for a mart stand last."""
    ready = answerable(known_marts)
    waiting = [question for question in questions() if question not in ready]
    lines = [
        f"# {len(ready)} questions, answered\n",
        f"{NOTE}\n",
        "Open the published file in any tool that speaks DuckDB and paste a query; each is also a file in",
        "[questions/](questions). Nothing here waits for the nightly job: the file is a copy for readers. The tests",
        "ask all of them of a company whose truth is known. Tables and columns: [marts.md](marts.md).\n",
        "```console",
        "$ duckdb -readonly warehouse/data/serving.duckdb < docs/questions/01_from_interview_to_everyone.sql",
        "```\n",
        *(f"- [{question.number}. {question.question}](#{anchor(question.title)})" for question in ready),
    ]
    for question in ready:
        lines += _told(question)
    if waiting:
        lines.append("\n## Not to be answered yet\n\nWritten, and waiting for a mart:\n")
        lines += [f"- {one.question} ({', '.join(f'`{mart}`' for mart in one.marts)})" for one in waiting]
    return "\n".join(lines) + "\n"


def _told(question: Question) -> list[str]:
    reads = ", ".join(f"[`{mart}`](marts.md#{mart})" for mart in question.marts)
    return [
        f"\n## {question.title}\n",
        f"**{question.question}**\n",
        f"{question.answer}\n\n**Limits.** {question.limits}\n\nReads {reads}.\n",
        f"```sql\n{question.sql}\n```",
    ]
