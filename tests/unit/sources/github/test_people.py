"""No person's name, login or address is kept; what names a bot, a tool or the repository is."""

import json
from typing import Any

import pytest

from pipelines.sources.base import RawRecord
from pipelines.sources.github import SOURCE
from warehouse.people import KeyedPseudonyms

PEOPLE = KeyedPseudonyms("a key", bots=("golangcibot",))
ADA = {"login": "ada-l", "id": 1, "type": "User", "html_url": "https://github.com/ada-l", "name": "Ada L"}
ADA_KEY = PEOPLE.key("github", "login", "ada-l")
MAIL_KEY = PEOPLE.key("github", "email", "ada@shop.example")

HOSTILE = ("a" * 200_000 + "@", "x@" + "a." * 100_000, "by-" * 100_000 + "@<", "cc:" + " " * 200_000 + "@<")


def kept(body: Any, key: str = "acme/shop#1") -> Any:
    return SOURCE.pseudonymise(RawRecord("github.com", "pull_requests", key, body), PEOPLE).body


def test_of_a_person_only_the_key_and_the_type_stay() -> None:
    assert kept({"user": ADA}) == {"user": {"login": ADA_KEY, "type": "User"}}


@pytest.mark.parametrize(
    ("login", "account_type"),
    [("codecov[bot]", "Bot"), ("golangcibot", "User"), ("claude", "User"), ("acme", "Organization")],
)
def test_bots_tools_and_organisations_keep_their_login(login: str, account_type: str) -> None:
    assert kept({"user": {"login": login, "id": 1, "type": account_type}}) == {
        "user": {"login": login, "type": account_type}
    }


def test_a_commits_author_keeps_only_a_key_and_the_date() -> None:
    author = {"name": "Ada L", "email": "Ada@shop.example", "date": "2026-03-02T10:00:00Z"}
    assert kept({"author": author}) == {"author": {"email": MAIL_KEY, "date": "2026-03-02T10:00:00Z"}}
    nameless = kept({"author": {"name": "Ada L", "email": ""}})
    assert nameless == {"author": {"email": PEOPLE.key("github", "name", "Ada L")}}


@pytest.mark.parametrize("email", ["noreply@anthropic.com", "1+dependabot[bot]@users.noreply.github.com"])
def test_a_commit_by_a_tool_says_so(email: str) -> None:
    tool = {"name": "a tool", "email": email, "date": None}
    assert kept({"author": tool}) == {"author": tool}


def test_the_host_commits_for_people_and_hides_no_name_of_theirs() -> None:
    assert kept({"committer": {"name": "Ada L", "email": "noreply@github.com"}}) == {
        "committer": {"email": "noreply@github.com"}
    }


def test_what_was_signed_repeats_the_author_and_goes() -> None:
    signed = {"verified": True, "signature": "-----BEGIN", "payload": "author Ada L <ada@shop.example> 1 +0000"}
    assert kept({"verification": signed}) == {"verification": {"verified": True}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mail ada@shop.example, please", f"mail {MAIL_KEY}, please"),
        ("x\n\nSigned-off-by: Ada L <ada@shop.example>", f"x\n\nSigned-off-by: <{MAIL_KEY}>"),
        ("Co-authored-by: Claude <noreply@anthropic.com>", "Co-authored-by: Claude <noreply@anthropic.com>"),
        ("thanks @Ada-L!", f"thanks @{ADA_KEY}!"),
        ("see https://github.com/ada-l/shop/tree/x", f"see https://github.com/{ADA_KEY}/shop/tree/x"),
        ("Merge pull request #1 from ada-l/ada-l-patch-1", f"Merge pull request #1 from {ADA_KEY}/{ADA_KEY}-patch-1"),
        ("lib@v2.4.7 from git@github.com:acme/shop", "lib@v2.4.7 from git@github.com:acme/shop"),
        ("ada-lovelace and kada-l are others", "ada-lovelace and kada-l are others"),
    ],
)  # fmt: skip
def test_free_text_names_nobody(text: str, expected: str) -> None:
    assert kept({"user": ADA, "body": text})["body"] == expected


def test_a_login_that_is_a_word_does_not_eat_the_word() -> None:
    body = {"user": {"login": "fix", "id": 1, "type": "User"}, "title": "fix: typo", "head": {"ref": "fix/typo"}}
    assert kept(body)["title"] == "fix: typo"
    assert kept(body)["head"] == {"ref": "fix/typo"}


def test_branches_and_forks_name_nobody() -> None:
    head = {"label": "ada-l:ada-l/csv", "ref": "ada-l/csv", "repo": {"full_name": "ada-l/shop"}}
    assert kept({"user": ADA, "head": head})["head"] == {
        "label": f"{ADA_KEY}:{ADA_KEY}/csv",
        "ref": f"{ADA_KEY}/csv",
        "repo": {"full_name": f"{ADA_KEY}/shop"},
    }


def test_a_repository_keeps_its_name_though_its_owner_is_a_person() -> None:
    body = {
        "user": ADA,
        "html_url": "https://github.com/ada-l/shop/pull/1",
        "avatar": "https://github.com/ada-l",
        "base": {"label": "ada-l:main", "repo": {"full_name": "ada-l/shop"}},
        "body": "see ada-l/shop#2 and ada-l/other",
    }
    told = kept(body, "ada-l/shop#1")
    assert told["html_url"] == body["html_url"]
    assert told["avatar"] == f"https://github.com/{ADA_KEY}"
    assert told["base"] == {"label": f"{ADA_KEY}:main", "repo": {"full_name": "ada-l/shop"}}
    assert told["body"] == f"see ada-l/shop#2 and {ADA_KEY}/other"


def test_a_deleted_account_stays_null() -> None:
    assert kept({"user": None, "body": None}) == {"user": None, "body": None}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", HOSTILE, ids=["run", "dots", "words", "spaces"])
def test_a_hostile_text_costs_no_more_than_its_length(text: str) -> None:
    assert kept({"user": ADA, "body": text})["body"]


def test_an_ordinary_record_is_left_word_for_word() -> None:
    body = {"title": "SHOP-12 Größe ändern 🛒", "labels": [{"name": "bug"}], "n": 1.5, "flag": True, "nothing": None}
    assert json.dumps(kept(body)) == json.dumps(body)
