"""The project runs on any machine: no index address, no path of one machine, no word of how it was made."""

import re
from pathlib import Path

import pytest

TEXT = {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".txt", ".lock", ".cfg", ".json", ".csv", ".svg", ""}
MACHINE_PATH = re.compile(r"(?<![\w.~/}\-])/(?:work|home|Users|root|tmp|opt|mnt|farm)/\w+")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-bootstrap.lock"])
def test_a_lock_names_no_index_and_hashes_everything(lock: str, root: Path) -> None:
    text = (root / lock).read_text()
    assert re.findall(r"index-url|find-links|trusted-host|https?://|file:", text) == []
    packages = re.split(r"\n(?=\S)", text.strip())
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_the_two_locks_agree_on_uv(root: Path) -> None:
    pins = [re.findall(r"(?m)^uv==\S+", (root / lock).read_text()) for lock in
            ("requirements.lock", "requirements-bootstrap.lock")]  # fmt: skip
    assert pins[0] == pins[1] != []


def test_no_file_names_a_path_of_one_machine(files: list[Path], root: Path) -> None:
    found = []
    for path in files:
        # A recording is a vendor's own words, which may name paths of a build machine.
        if path.suffix in TEXT and "fixtures" not in path.parts and path.name != ".git":
            text = (root / path).read_text(errors="replace")
            found += [f"{path}: {match}" for match in MACHINE_PATH.findall(text)]
    assert found == []


def test_configuration_names_no_index(files: list[Path], root: Path) -> None:
    configuration = [path for path in files if path.suffix in {".toml", ".cfg", ".yaml", ".yml", ""}]
    named = [
        str(path)
        for path in configuration
        if re.search(r"index-url|extra-index|find-links|trusted-host", (root / path).read_text(errors="replace"))
        and path.name != "Makefile"
    ]
    assert named == []
