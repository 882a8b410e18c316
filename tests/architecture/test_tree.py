"""The tree is the diagram: a name says what is inside."""

from pathlib import Path

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "lib", "stuff", "tools"}


def test_no_name_says_nothing(files: list[Path]) -> None:
    parts = {path: {Path(part).stem for part in path.parts} for path in files}
    # `marts/shared` is the one folder of that name: dimensions that every mart may join.
    vague = [
        str(path)
        for path, names in parts.items()
        if names & SAYS_NOTHING and "dbt/models/marts/shared" not in str(path)
    ]
    assert vague == []


def test_every_source_folder_has_the_same_shape(root: Path) -> None:
    folders = [path.parent for path in (root / "pipelines" / "sources").glob("*/__init__.py")]
    missing = [
        f"{folder.name}/{name}"
        for folder in folders
        for name in ("README.md", "fixtures")
        if not (folder / name).exists()
    ]
    assert folders != []
    assert missing == []


def test_every_model_has_one_yml_of_its_own_beside_it(root: Path) -> None:
    models = sorted((root / "dbt" / "models").rglob("*.sql"))
    missing = [str(path.relative_to(root)) for path in models if not path.with_suffix(".yml").exists()]
    assert models != []
    assert missing == []
