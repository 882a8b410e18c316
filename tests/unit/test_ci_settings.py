"""Gates are told by patterns that the database can search for, in the order of the settings."""

from pathlib import Path

import pytest
import yaml

from pipelines.ci_settings import GATES, Ci
from pipelines.settings import PROJECT_ROOT, Settings, SettingsError, load_settings
from pipelines.variables import variables


@pytest.mark.parametrize(
    ("gates", "why"),
    [
        ({"other": ["x"]}, "not 'other'"),
        ({"unit": []}, "at least one pattern"),
        ({"unit": ["(unit"]}, "no regular expression"),
        ({"unit": ["unit(?!y)"]}, "RE2 cannot"),
        ({"unit": [r"(unit)\1"]}, "RE2 cannot"),
    ],
)
def test_a_gate_that_could_never_be_told_is_refused(gates, why) -> None:
    with pytest.raises(ValueError, match=why):
        Ci(gates=gates)


def test_gates_keep_the_order_of_the_file_since_the_first_that_is_found_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "storyline.toml"
    file.write_text('[ci.gates]\nzebra = ["z"]\nant = ["a"]\n')
    settings = load_settings(file)
    assert [one["gate"] for one in variables(settings)["ci_gates"]] == ["zebra", "ant"]
    file.write_text("[ci]\nrequired = []\n")
    with pytest.raises(SettingsError, match=r"ci\.required"):
        load_settings.__wrapped__(file)


def test_a_bare_build_knows_the_same_gates() -> None:
    told = yaml.safe_load((PROJECT_ROOT / "dbt" / "dbt_project.yml").read_text())["vars"]["ci_gates"]
    assert told == variables(Settings())["ci_gates"]
    assert [one["gate"] for one in told] == list(GATES)
