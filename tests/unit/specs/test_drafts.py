"""What may stand in a draft, what it holds without a model, and how it is written down."""

import json
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from pipelines.outbox.render import render
from pipelines.settings import SettingsError
from pipelines.specs.context import context_of
from pipelines.specs.drafting import Spec
from pipelines.specs.guard import rejections
from pipelines.specs.material import Material
from pipelines.specs.sections import LONGEST_LINE, SECTIONS, sections_of
from pipelines.specs.skeleton import skeleton
from pipelines.specs.writing import document, markdown, message
from pipelines.summaries.document import plain
from pipelines.summaries.language import language, locales
from pipelines.summary_settings import Specs
from tests.unit.summaries.told import FULL

HOSTILE: list[str] = json.loads((Path(__file__).parents[1] / "summaries" / "hostile.json").read_text())["texts"]
DESCRIPTION = """Users copy tables by hand.
They want a file.
- Given a dashboard, when Export is pressed, then a CSV file comes
- Commas are escaped
See https://wiki.example/export and ask @ann."""


def material(**changed: Any) -> Material:
    place = {
        "story_key": "SHOP-12", "source": "jira", "instance": "jira.example", "ticket_key": "SHOP-12",
        "project_key": "SHOP", "created_at": FULL,
    }  # fmt: skip
    told: dict[str, Any] = {
        "key": "SHOP-12", "title": "CSV export", "kind": "Story", "labels": ("export",), "description": DESCRIPTION,
        "links": ("blocks SHOP-13: Excel",), "said": ("Interview: five analysts",),
    }  # fmt: skip
    return Material(place, **(told | changed))


def answer(**changed: Any) -> dict[str, Any]:
    return {name: [f"What is to be said of {name.replace('_', ' ')}."] for name in SECTIONS} | changed


def told_of(**changed: Any) -> list[str]:
    sections = sections_of(json.dumps(answer(**changed)))
    return [one.rule for one in rejections(sections, material().words)]


def test_an_answer_of_eight_sections_is_taken():
    assert told_of() == []
    assert list(sections_of(json.dumps(answer()))) == list(SECTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "Here it is:", json.dumps({name: ["x"] for name in SECTIONS[:7]}),
        json.dumps(answer(more=["x"])), json.dumps(answer(data_model=[])), json.dumps(answer(data_model="none")),
        json.dumps(answer(data_model=[5])), json.dumps(answer(data_model=["x"] * 41)),
    ],
)  # fmt: skip
def test_an_answer_of_another_form_is_none(text):
    with pytest.raises(ValueError, match=r"."):
        sections_of(text)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("see https://evil.example/x", "address"), ("www.evil.example", "address"), ("mailto:a@b.example", "address"),
        ("write to mallory@evil.example", "address"), ("@channel look", "mention"), ("ask [~admin]", "mention"),
        ("＠here", "mention"), ("<!channel>", "mention"), ("  ", "empty"), ("x" * (LONGEST_LINE + 1), "length"),
        ("a\u200bb", "signs"), ("a\nb", "signs"), ("\x1b[31mred", "signs"), ("\u202egnp", "signs"),
        ("javascript:alert(1)", "address"),
    ],
)  # fmt: skip
def test_what_is_not_of_the_ticket_or_cannot_be_seen_is_thrown_away(line, rule):
    assert rule in told_of(edge_cases=[line])


def test_what_the_ticket_itself_links_to_or_mentions_may_stand():
    assert (
        told_of(edge_cases=["See https://wiki.example/export.", "Ask @ann.", "GET /api/export -> 200 text/csv"]) == []
    )


def test_all_sections_together_have_a_limit_too():
    long = {name: ["x" * 599] * 5 for name in SECTIONS}
    assert told_of(**long) == ["length"]


def test_an_address_of_mail_in_the_ticket_is_told_to_nobody():
    known = material(description="Asked for by carla@customer.example.")
    assert "carla" not in known.words
    assert "[address]" in known.words


@pytest.mark.parametrize("locale", locales())
def test_without_a_model_it_holds_what_the_ticket_tells_and_says_what_is_missing(locale):
    found = skeleton(material(), language(locale))
    assert list(found) == list(SECTIONS)
    assert found["feature_summary"][0] == "CSV export"
    assert found["acceptance_criteria"][1] == "Commas are escaped"
    assert any("SHOP-13" in line for line in found["component_structure"])
    opened = [name for name in SECTIONS if any(line.startswith(("To be filled", "Zu erg")) for line in found[name])]
    assert opened == [name for name in SECTIONS if name not in ("feature_summary", "acceptance_criteria")]
    nothing = skeleton(material(title="", description="", links=()), language(locale))
    assert all(len(lines) == 1 for lines in nothing.values())


def written(known: Material, **sections: Any) -> Spec:
    told = skeleton(known, language("en")) | {name: tuple(lines) for name, lines in sections.items()}
    return Spec(told, "template", FULL, "d1", "no_model")


def test_its_first_line_says_what_it_is():
    told = document(written(material()), "en", "UTC")
    first = "Draft specification, made by Storyline on 15 Dec 2025; a person has to review it."
    assert plain(told).splitlines()[0] == first
    text = markdown(told, "SHOP-12", "CSV export")
    assert text.splitlines()[:3] == [first, "", "# SHOP-12: CSV export"]
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == [
        language("en").say("spec", f"titles.{name}") for name in SECTIONS
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_ticket_puts_no_markup_into_what_is_printed_or_posted(text):
    known = material(title=text, description=f"{text}\n- {text}", links=(text,))
    told = document(written(known, implementation_steps=[text, f"3. {text}"]), "en", "UTC")
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    printed = markdown(told, "SHOP-12", text)
    assert "\x1b" not in printed
    posted = render(told, "markdown")
    for shown in (printed, posted):
        kinds = {part.type for block in reader.parse(shown) for part in block.children or ()}
        assert kinds <= {"text", "softbreak"}
        assert not any(block.type in ("html_block", "fence", "table_open", "hr") for block in reader.parse(shown))
        headings = [block.tag for block in reader.parse(shown) if block.type == "heading_open"]
        assert headings.count("h2") + headings.count("h3") == len(SECTIONS)
    assert "marks" not in json.dumps(render(told, "adf"))


def test_it_is_one_message_of_a_ticket_that_waits_for_no_rollout():
    known = material()
    spec = written(known)
    draft = message(spec, known, document(spec, "en", "UTC"))
    assert (draft.kind, draft.epoch, draft.is_backfill, draft.shipped_at) == ("spec", 0, True, FULL)
    assert draft.message_id == message(spec, known, document(spec, "de", "UTC")).message_id


def test_the_context_is_read_within_its_bounds_and_what_is_not_there_is_named(tmp_path):
    file, folder = tmp_path / "stack.md", tmp_path / "code"
    file.write_text("Python 3.11, DuckDB. " * 20)
    (folder / "src").mkdir(parents=True)
    (folder / ".git").mkdir()
    for name in ("src/export.py", ".git/config", "readme.md"):
        (folder / name).touch()
    found = context_of(Specs(context_file=file, repository_map=folder))
    assert found.conventions.startswith("Python 3.11")
    assert found.repository.splitlines() == ["readme.md", "src/export.py"]
    file.write_text("x" * 5_000)
    small = context_of(Specs(context_file=file, repository_map=folder, max_context_chars=1_000))
    assert len(small.conventions) == 1_000
    assert small.conventions.endswith("specs.max_context_chars)")
    with pytest.raises(SettingsError, match=r"specs.context_file: .*nowhere.md cannot be read"):
        context_of(Specs(context_file=tmp_path / "nowhere.md"))
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="is no text in UTF-8"):
        context_of(Specs(repository_map=file))
