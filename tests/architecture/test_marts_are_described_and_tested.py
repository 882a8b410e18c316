"""Every column of every mart is tested by what it holds, and its description says more than its name."""

import re
from typing import Any

import pytest

from pipelines.docs_columns import Column, Mart, mart_of, marts

# Words that say nothing of a thing whose name stands beside them.
_EMPTY = {*"a an the its it of is are has whether how many which in at on".split()}  # noqa: SIM905 - read as prose
# One node for each column would cost each night more than all that they find; `holds` and `one_of` say the same.
_INSTEAD = {"unique": "columns_hold's key", "not_null": "holds: required", "accepted_values": "one_of"}


def words(text: str) -> set[str]:
    """What a text or a name says, without endings."""
    told = set(re.findall(r"[a-z]+", text.lower())) - _EMPTY
    return {word.removesuffix("s") for word in told}


def faults_of_a_column(column: Column) -> list[str]:
    """What is wrong with how a column is declared, as sentences."""
    faults = []
    if not column.holds:
        faults.append("nothing is tested of it: neither its name and type nor a `holds` says what it holds")
    if words(column.description) <= words(column.name.replace("_", " ")):
        faults.append("its description says no more than its name")
    faults += [f"say `{_INSTEAD[test]}` instead of the test {test}" for test in column.tests if test in _INSTEAD]
    return faults


def faults(mart: Mart) -> list[str]:
    """What is wrong with how a mart and its columns are declared."""
    found = [f"{mart.name}.{column.name}: {fault}" for column in mart.columns for fault in faults_of_a_column(column)]
    if "columns_hold" not in mart.tests:
        found.append(f"{mart.name}: it lacks the test columns_hold, so nothing is tested of its columns")
    if not mart.grain:
        found.append(f"{mart.name}: its meta names no grain")
    if not mart.key:
        found.append(f"{mart.name}: its columns_hold says no key, so nothing says what is unique in it")
    return found


@pytest.mark.parametrize("mart", marts(), ids=lambda mart: mart.name)
def test_every_column_of_a_mart_is_described_and_tested(mart: Mart) -> None:
    assert faults(mart) == []


GOOD: dict[str, Any] = {
    "name": "fct_cups",
    "config": {"meta": {"grain": "a cup"}},
    "data_tests": [{"columns_hold": {"arguments": {"key": ["cup_key"]}}}],
    "columns": [{"name": "cup_key", "data_type": "varchar", "description": "By its shelf."}],
}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ({"name": "weight", "data_type": "double", "description": "Of an empty one, in grams."}, "nothing is tested"),
        ({"name": "cup_colour", "data_type": "varchar", "description": "The colour of the cup."}, "no more than its"),
        ({"name": "handles_n", "data_type": "bigint", "description": ""}, "no more than its"),
        (
            {"name": "maker", "data_type": "varchar", "description": "Who made it.", "data_tests": ["not_null"]},
            "holds: required",
        ),
    ],
)
def test_a_column_that_says_or_tests_nothing_is_found(column: dict[str, Any], said: str) -> None:
    found = faults(mart_of({**GOOD, "columns": [*GOOD["columns"], column]}, "kitchen"))
    assert len(found) == 1
    assert said in found[0]


def test_a_mart_without_a_key_is_found() -> None:
    found = faults(mart_of({**GOOD, "data_tests": ["columns_hold"]}, "kitchen"))
    assert len(found) == 1
    assert "no key" in found[0]


@pytest.mark.parametrize("lost", ["config", "data_tests"])
def test_a_mart_without_its_grain_or_its_test_is_found(lost: str) -> None:
    assert faults(mart_of(GOOD, "kitchen")) == []
    assert faults(mart_of({name: part for name, part in GOOD.items() if name != lost}, "kitchen")) != []
