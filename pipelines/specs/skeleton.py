"""A draft without any model: what the ticket itself tells, and for every other section that it has to be filled in."""

import re
from collections.abc import Sequence

from pipelines.specs.material import Material
from pipelines.specs.sections import SECTIONS, Sections
from pipelines.summaries.language import Language
from pipelines.summaries.literal import literal

_LONGEST = 300
_MOST = 12
_CRITERION = re.compile(r"^(?:[-*•]\s*(?:\[[ xX]?\])?|\d+[.)]|given\b|when\b|then\b|and\b)", re.IGNORECASE)
_MARK = re.compile(r"^(?:[-*•]\s*(?:\[[ xX]?\]\s*)?|\d+[.)]\s*)")


def skeleton(material: Material, speak: Language) -> Sections:
    """Return eight sections: nothing in them is made up."""
    lines = [line for line in material.description.splitlines() if line.strip()]
    criteria = [line for line in lines if _CRITERION.match(line)]
    prose = [line for line in lines if line not in criteria]
    links = [speak.say("spec", "linked").format(link=told) for told in _plain(material.links)]
    known = {
        "feature_summary": _plain([material.title, *prose[:3]]),
        "component_structure": links,
        "acceptance_criteria": _plain([_MARK.sub("", line) for line in criteria]),
        "testing_strategy": [speak.say("spec", "test_each")] if criteria else [],
    }
    return {name: (*known.get(name, ()), *_open(name, speak, is_known=bool(known.get(name)))) for name in SECTIONS}


def _open(name: str, speak: Language, *, is_known: bool) -> list[str]:
    """Say what is to be filled in; a section that the ticket itself fills needs nothing more."""
    if is_known and name in ("feature_summary", "acceptance_criteria"):
        return []
    return [speak.say("spec", f"open.{name}")]


def _plain(texts: Sequence[str]) -> list[str]:
    return [told for told in (literal(text, _LONGEST) for text in texts[:_MOST]) if told]
