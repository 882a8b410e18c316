"""The public names hold: who renames a mart, a column or its type hears it in a sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from pipelines.docs_columns import Mart, mart_of, marts

CONTRACT: dict[str, dict[str, list[str]]] = yaml.safe_load(Path(__file__).with_name("public_contract.yml").read_text())
FAMILIES = {
    "text": ("varchar",),
    "time": ("timestamptz",),
    "date": ("date",),
    "whole": ("bigint", "integer"),
    "double": ("double",),
    "flag": ("boolean",),
    "list": ("varchar[]",),
}
# Promised and not built yet. A mart that is built leaves this set; nothing may be added to it.
EXPECTED_LATER: set[str] = set()


def breaches(contract: dict[str, dict[str, list[str]]], built: tuple[Mart, ...]) -> list[str]:
    """Where the marts are not what was promised, as sentences."""
    known = {mart.name: {column.name: column.data_type for column in mart.columns} for mart in built}
    said = []
    for mart, families in contract.items():
        if mart not in known and mart not in EXPECTED_LATER:
            said.append(f"{mart} is public and gone: its name stays, whatever it is built from")
        for family, columns in families.items() if mart in known else ():
            for column in columns:
                found = known[mart].get(column)
                if found is None:
                    said.append(f"{mart}.{column} is public and gone: a column may be added, never renamed")
                elif found not in FAMILIES[family]:
                    said.append(f"{mart}.{column} is public as {family} and has become {found}")
    return said


def test_every_public_mart_and_column_keeps_its_name_and_its_type() -> None:
    assert breaches(CONTRACT, marts()) == []


def test_what_is_expected_later_is_promised_and_not_built_yet() -> None:
    built = {mart.name for mart in marts()}
    assert EXPECTED_LATER & built == set(), "built: take it out of EXPECTED_LATER"
    assert set() == EXPECTED_LATER - CONTRACT.keys()
    assert len(EXPECTED_LATER) <= 5


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ([("cup_id", "varchar"), ("weight", "double")], "fct_cups.cup_key is public and gone"),
        ([("cup_key", "varchar"), ("weight", "integer")], "fct_cups.weight is public as double and has become integer"),
        ([], "fct_cups is public and gone"),
    ],
)
def test_a_new_name_or_type_is_heard_in_a_sentence(columns: list[tuple[str, str]], said: str) -> None:
    declared: dict[str, Any] = {
        "name": "fct_cups" if columns else "fct_mugs",
        "columns": [{"name": name, "data_type": data_type} for name, data_type in columns],
    }
    found = breaches({"fct_cups": {"text": ["cup_key"], "double": ["weight"]}}, (mart_of(declared, "kitchen"),))
    assert len(found) == 1
    assert found[0].startswith(said)


def test_what_is_added_breaks_nothing() -> None:
    declared = {
        "name": "fct_cups",
        "columns": [{"name": name, "data_type": "varchar"} for name in ("cup_key", "colour")],
    }
    assert breaches({"fct_cups": {"text": ["cup_key"]}}, (mart_of(declared, "kitchen"),)) == []
