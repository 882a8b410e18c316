"""The rules over the dbt project keep their exceptions few, real and explained."""

import re
from pathlib import Path


def test_every_exception_to_a_rule_has_its_reason_and_still_exists(root: Path) -> None:
    lines = (root / "dbt-bouncer.yml").read_text().splitlines()
    files = [path.relative_to(root / "dbt").as_posix() for path in (root / "dbt").rglob("*") if path.is_file()]
    wrong = []
    for number, line in enumerate(lines):
        if found := re.match(r"\s+exclude: (.+)", line):
            explained = re.match(r"\s+# \w.{20,}", lines[number - 1])
            if not explained or not any(re.search(found[1].strip("'\""), file) for file in files):
                wrong.append(f"line {number + 1}: {line.strip()}")
    assert wrong == []


def test_every_layer_of_the_project_is_under_a_rule_of_its_own(root: Path) -> None:
    rules = (root / "dbt-bouncer.yml").read_text()
    layers = sorted(path.name for path in (root / "dbt" / "models").iterdir() if path.is_dir())
    assert layers == ["intermediate", "marts", "staging"]
    assert [layer for layer in layers if f"include: ^models/{layer}" not in rules] == []
