"""People get the same key for the same identity, and the key tells nothing without the private table."""

import stat

from pipelines.settings import Settings
from warehouse.connection import reader
from warehouse.people import KeyedPseudonyms, bot_keys, pseudonyms, remember


def test_one_identity_has_one_key_whatever_its_letter_case():
    people = KeyedPseudonyms("secret")
    assert people.key("github", "login", "Ada") == people.key("github", "login", "ada")
    assert people.key("github", "login", "ada") != people.key("jira", "login", "ada")
    assert people.key("github", "login", "ada") != people.key("github", "email", "ada")


def test_another_installation_makes_other_keys():
    assert KeyedPseudonyms("one").key("github", "login", "ada") != KeyedPseudonyms("two").key("github", "login", "ada")


def test_who_is_behind_a_key_lies_in_a_private_file_and_is_written_once(tmp_path):
    people = KeyedPseudonyms("secret")
    key = people.key("github", "login", "ada")
    path = tmp_path / "people.duckdb"
    assert remember(path, people.seen) == 1
    assert remember(path, people.seen) == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with reader(path) as connection:
        assert connection.execute("select person_key, identity from people").fetchall() == [(key, "ada")]


def test_an_account_called_a_bot_only_now_is_found_under_its_old_key():
    settings = Settings()
    assert pseudonyms(settings).key("github", "login", "golangcibot") in bot_keys(settings, ["github"])
    assert pseudonyms(settings).is_bot("GolangCIbot")
