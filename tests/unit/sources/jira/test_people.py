"""Nobody's name, address or account id is kept."""

import json
from typing import Any

from pipelines.sources.base import RawRecord
from pipelines.sources.jira import SOURCE

from .conftest import SITE, changed, history, issue, keys

ACCOUNT = "712020:11111111-aaaa-4bbb-8ccc-000000000001"
ADA = {
    "self": f"{SITE}/rest/api/3/user?accountId=712020%3A11111111-aaaa-4bbb-8ccc-000000000001",
    "accountId": ACCOUNT,
    "emailAddress": "ada@acme.example",
    "avatarUrls": {"48x48": "https://avatar.example.org/ada"},
    "displayName": "Ada Moreno",
    "active": True,
    "accountType": "atlassian",
}
ADA_KEY = keys().key("jira", "account_id", ACCOUNT)
DEE = {"name": "dee", "key": "JIRAUSER10100", "displayName": "Dee Rao", "emailAddress": "dee@acme.example"}
DEE_KEY = keys().key("jira", "login", "JIRAUSER10100")
AT = "2026-01-06T09:00:00.000+0000"


def kept(body: Any) -> Any:
    return SOURCE.pseudonymise(RawRecord("acme-shop.atlassian.net", "issues", "1", body), keys()).body


def test_a_cloud_account_becomes_its_key_and_nothing_else() -> None:
    assert kept({"author": ADA}) == {"author": {"accountType": "atlassian", "active": True, "accountId": ADA_KEY}}


def test_a_data_center_user_becomes_a_key() -> None:
    assert kept({"author": DEE}) == {"author": {"accountId": DEE_KEY}}


def test_an_app_and_a_configured_bot_keep_their_names() -> None:
    app = {"accountId": "557058:x", "accountType": "app", "displayName": "Automation for Jira"}
    assert kept(app) == app
    bot = kept({"name": "golangcibot", "displayName": "golangcibot", "emailAddress": "ci@acme.example"})
    assert bot == {"accountId": "golangcibot", "accountType": "app", "displayName": "golangcibot"}


def test_mentions_of_every_form_become_keys() -> None:
    node = {"type": "mention", "attrs": {"id": ACCOUNT, "text": "@Ada Moreno", "accessLevel": ""}}
    assert kept(node) == {"type": "mention", "attrs": {"id": ADA_KEY, "accessLevel": ""}}
    assert kept(f"[~accountid:{ACCOUNT}]") == f"[~accountid:{ADA_KEY}]"
    by_name = kept({"reporter": DEE, "description": "[~dee] and [~eve@acme.example]"})["description"]
    assert by_name == f"[~{DEE_KEY}] and [~{keys().key('jira', 'login', 'eve@acme.example')}]"


def test_people_in_changes_become_keys_on_both_sides() -> None:
    item = changed(
        "assignee", ACCOUNT, "Ada Moreno", None, "Somebody Gone", fieldId="assignee", tmpFromAccountId=ACCOUNT
    )
    gone = keys().key("jira", "name", "Somebody Gone")
    found = kept({"fields": {"assignee": ADA}, "item": item})["item"]
    assert found["from"] == found["fromString"] == found["tmpFromAccountId"] == ADA_KEY
    assert (found["to"], found["toString"]) == (None, gone)


def test_a_custom_field_of_several_people_becomes_keys() -> None:
    other = "5b10ac8d82e05b22cc7d4ef5"
    item = changed("Pair", None, None, f"[{ACCOUNT}, {other}]", "Ada Moreno, Bo Lindqvist", fieldId="customfield_1")
    both = f"{ADA_KEY}, {keys().key('jira', 'account_id', other)}"
    found = kept({"item": item, "author": ADA})["item"]
    assert (found["to"], found["toString"]) == (both, both)


def test_a_change_of_something_else_is_left_alone() -> None:
    item = changed("status", "3", "In Progress", "10001", "Review", fieldId="status")
    assert kept({"item": item, "author": ADA})["item"] == item


def test_a_person_called_like_a_status_does_not_rename_it() -> None:
    item = changed("status", "3", "In Progress", "10001", "Support", fieldId="status")
    body = {"author": ADA | {"displayName": "Support"}, "item": item, "status": {"name": "Support"}}
    assert kept(body) | {"author": None} == body | {"author": None}


def test_a_user_name_with_a_space_is_one_person() -> None:
    found = kept(changed("assignee", "dee rao", "Dee Rao", None, None))
    assert found["from"] == found["fromString"] == keys().key("jira", "login", "dee rao")


def test_a_team_is_no_person() -> None:
    team = {"id": "7", "name": "Checkout", "title": "Checkout", "avatarUrl": "", "isVerified": True}
    assert kept(team) == team


def test_addresses_go_from_every_text_and_from_addresses_of_users() -> None:
    addresses = "carla@customer.example or carla%40customer.example"
    text = f"mail {addresses}, {ADA['self']} and git@host.example:a/b, noreply@x.io"
    found = kept(text)
    key = keys().key("jira", "email", "carla@customer.example")
    assert found.startswith(f"mail {key} or {key}, {SITE}/rest/api/3/user?accountId={ADA_KEY} and git@host.example:a/b")
    assert kept({"a": ADA, "b": "ada@acme.example"})["b"] == ADA_KEY


def test_nothing_of_a_person_is_left_in_a_record() -> None:
    body = issue(
        history(1, AT, changed("reporter", "JIRAUSER10100", "Dee Rao", ACCOUNT, "Ada Moreno"), author=ADA,
                historyMetadata={"actor": {"id": "ada", "displayName": "Ada Moreno", "url": "https://x.example/ada"}}),
        creator=ADA, reporter=DEE, customfield_1=[ADA], renderedFields={"description": "<a>Ada Moreno</a>"},
    )  # fmt: skip
    body["renderedFields"] = {"comment": "Ada Moreno said"}
    text = json.dumps(kept(body))
    for word in ("Ada", "Moreno", "Dee", "@", "712020", "JIRAUSER", "avatar", "/user?"):
        assert word not in text, word


def test_a_long_run_of_letters_takes_no_longer_than_its_length() -> None:
    text = "a" * 400_000 + "@"
    assert kept(text) == text


def test_keying_twice_changes_nothing() -> None:
    once = kept(issue(creator=ADA, reporter=DEE, description=f"[~dee] [~accountid:{ACCOUNT}] a@b.example"))
    assert kept(once) == once
