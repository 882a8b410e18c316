"""What the pages tell a reader to do can be done: links lead somewhere, commands exist, queries run."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.cli import storyline
from pipelines.docs_columns import marts
from pipelines.docs_questions import Question, answerable, questions
from pipelines.settings import PROJECT_ROOT

SKIPPED = {".venv", ".git", ".demo", "node_modules"}
PAGES = [path for path in sorted(PROJECT_ROOT.rglob("*.md")) if not SKIPPED & set(path.relative_to(PROJECT_ROOT).parts)]
README = (PROJECT_ROOT / "README.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", README, flags=re.DOTALL)


def relative(path: Path) -> str:
    return str(path.relative_to(PROJECT_ROOT))


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as a code host makes them."""
    titles = re.findall(r"(?m)^#+ +(.+)$", path.read_text())
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for link in re.findall(r"\]\((?!https?://|mailto:)([^)\s]+)\)", page.read_text()):
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"(?m)^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text()))
    made = set(re.findall(r"(?m)(?:`|^)make ([a-z-]+)", text))
    called = set(re.findall(r"(?:`|/)storyline ([a-z]+)", text))
    assert made - targets == set()
    assert called - set(storyline.commands) == set()


@pytest.fixture
def promised() -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts as they are promised: every column of its type, and no row."""
    with duckdb.connect() as connection:  # noqa: TID251 - in memory: the promise, not a warehouse
        connection.execute("create schema marts")
        for mart in marts():
            columns = ", ".join(f'"{column.name}" {column.data_type}' for column in mart.columns)
            connection.execute(f"create table marts.{mart.name} ({columns})")
        yield connection


@pytest.mark.parametrize("query", QUERIES, ids=[re.findall(r"marts\.(\w+)", query)[0] for query in QUERIES])
def test_a_query_of_the_readme_runs_on_the_marts_as_they_are_promised(
    query: str, promised: duckdb.DuckDBPyConnection
) -> None:
    assert promised.execute(query).fetchall() == []


@pytest.mark.parametrize("question", answerable(mart.name for mart in marts()), ids=lambda question: question.name)
def test_a_worked_question_runs_on_the_marts_as_they_are_promised(
    question: Question, promised: duckdb.DuckDBPyConnection
) -> None:
    promised.execute(question.sql)


def test_a_line_of_learning_is_followed_over_rounds_and_ends_where_it_comes_round(
    promised: duckdb.DuckDBPyConnection,
) -> None:
    (sql,) = [question.sql for question in questions() if question.name == "learnt_from_which"]
    learnt = [("B", "A"), ("C", "B"), ("D", "C"), ("X", "Y"), ("Y", "X"), ("A", None)]
    promised.executemany("insert into marts.fct_stories (story_key, origin_story_key) values (?, ?)", learnt)
    lines = {key: line for key, _first, _rounds, line in promised.execute(sql).fetchall()}
    assert lines == {"B": "A > B", "C": "A > B > C", "D": "A > B > C > D", "X": "Y > X", "Y": "X > Y"}


def test_the_worked_questions_are_numbered_and_say_what_they_do_not_say() -> None:
    assert [question.number for question in questions()] == list(range(1, len(questions()) + 1))
    assert [question.name for question in questions() if len(question.limits) < 40 or len(question.answer) < 40] == []


def test_the_readme_shows_queries_and_the_two_commands() -> None:
    assert len(QUERIES) >= 3
    first_screen = README.split("## ")[0]
    assert "make demo" in first_screen
    assert "make test" in first_screen


def test_each_decision_tells_its_context_price_and_when_to_revisit_it() -> None:
    decisions = sorted((PROJECT_ROOT / "docs" / "decisions").glob("0*.md"))
    parts = ("**Context.**", "**Decision.**", "**Price.**", "**When to revisit.**")
    numbers = [path.name[:4] for path in decisions]
    assert numbers == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    assert [path.name for path in decisions if not all(part in path.read_text() for part in parts)] == []
