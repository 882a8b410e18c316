"""A vendor's name stands in its own folder, its staging model, seeds, docs and tests: nowhere else.

Where the line knows a vendor, another one cannot take its place.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.conftest import CODE, ROOT, walk

# Every folder of a source is a vendor's, but for the one that reads a standard.
STANDARDS = {"cloudevents"}
# Words of every day: only a text that is the name, or an import, can mean the vendor.
ENGLISH = {"linear", "split", "sentry"}
PURL_TYPES = "a package URL calls code hosts by name"
INTEGRATION = "the flag service's own name of the property in which it keeps the tickets of a flag"
ALLOWED = {
    ("pipelines/sources/cloudevents/packages.py", "github"): PURL_TYPES,
    ("pipelines/sources/launchdarkly/demo.py", "jira"): INTEGRATION,
}


def vendors() -> set[str]:
    return {path.parent.name for path in (ROOT / "pipelines" / "sources").glob("*/__init__.py")} - STANDARDS


def foreign(path: Path) -> Iterator[str]:
    """The vendors that a file may not name."""
    for vendor in sorted(vendors()):
        is_own = path.parts[:3] == ("pipelines", "sources", vendor)
        is_staging = path.parts[:3] == ("dbt", "models", "staging") and f"stg_{vendor}__" in path.name
        if not (is_own or is_staging or (str(path), vendor) in ALLOWED or path.parts[:2] == ("dbt", "seeds")):
            yield vendor


def names(path: Path, vendor: str) -> bool:
    text = (ROOT / path).read_text(encoding="utf-8")
    # An account that is called after a vendor, as `k8s-github-robot`, is not the vendor.
    named = re.search(rf"(?<![\w-]){vendor}(?![\w-])", text, re.IGNORECASE)
    if named is None or vendor not in ENGLISH:
        return named is not None
    if path.suffix != ".py":
        return re.search(rf"'{vendor}'|\bsource: {vendor}\b", text) is not None
    tree = ast.walk(ast.parse(text))
    return any(
        (isinstance(node, ast.Constant) and node.value == vendor)
        or (isinstance(node, ast.ImportFrom) and f"sources.{vendor}" in (node.module or ""))
        for node in tree
    )


def test_a_vendor_is_named_by_nothing_but_its_own() -> None:
    assert vendors() >= {"github", "jira"}
    files = [path for path in walk(*CODE, "dbt") if path.suffix in {".py", ".sql", ".yml", ".css"}]
    wrong = [f"{path} names {vendor}" for path in files for vendor in foreign(path) if names(path, vendor)]
    assert wrong == []


def test_an_allowance_that_nothing_needs_any_more_goes() -> None:
    assert [key for key in ALLOWED if not names(Path(key[0]), key[1])] == []
