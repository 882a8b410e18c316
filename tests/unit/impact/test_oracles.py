"""The oracles' files say what made them, and the way to make them again names the same versions."""

import json

import pytest

from tests.oracles.vectors import FOLDER

README = (FOLDER / "README.md").read_text()


@pytest.mark.parametrize(
    ("oracle", "packages"),
    [("statsmodels", ("statsmodels", "scipy")), ("lifelines", ("lifelines",)), ("gbstats", ("gbstats",))],
)
def test_the_recipe_names_the_versions_that_made_the_file(oracle, packages):
    made_with = json.loads((FOLDER / f"{oracle}.json").read_text())["made_with"]
    assert [name for name in packages if f"{name}=={made_with[name]}" not in README] == []
    assert made_with["python"].startswith("3.11.")
    assert f"make_{oracle}.py" in README
