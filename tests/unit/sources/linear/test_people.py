"""Nobody can be told from a record that is kept."""

import json

from pipelines.sources.base import RawRecord
from pipelines.sources.linear import SOURCE

from .conftest import ANN, WORKSPACE, issue, keys, row

BOB = {"id": "7e2ee1c6-1111-4000-a000-00000000000b", "name": "Bob", "displayName": "bob.b", "email": "bob@acme.example"}


def kept(**more):
    record = RawRecord(WORKSPACE, "issues", "x", issue(**more))
    return SOURCE.pseudonymise(record, keys()).body


def key_of(user):
    return keys().key("linear", "account_id", user["id"])


def test_a_person_is_one_key_as_an_object_an_id_a_mention_a_name_and_an_address():
    body = kept(
        creator=ANN,
        assignee=BOB,
        description="Ann Archer asked; @bob.b and bob@acme.example know. https://linear.app/acme/profiles/bob.b",
        history=[row("1", "2026-01-06T09:00:00Z", fromAssigneeId=ANN["id"], toAssigneeId=BOB["id"])],
    )
    ann, bob = key_of(ANN), key_of(BOB)
    assert (body["creator"], body["assignee"]) == ({"id": ann}, {"id": bob})
    assert body["description"] == f"{ann} asked; @{bob} and {bob} know. https://linear.app/acme/profiles/{bob}"
    (changed,) = body["history"]["nodes"]
    assert (changed["fromAssigneeId"], changed["toAssigneeId"], changed["actor"]) == (ann, bob, {"id": ann})


def test_what_an_integration_says_again_is_left_out():
    page = {"id": "a", "url": "https://x", "metadata": {"userName": "Dana Doe"}, "source": {"userId": "dana"}}
    body = kept(attachments=[page | {"title": "X", "subtitle": "by Ann Archer", "creator": ANN}])
    assert "ana" not in json.dumps(body["attachments"])
    assert body["attachments"]["nodes"][0]["subtitle"] == f"by {key_of(ANN)}"


def test_somebody_outside_of_the_workspace_and_who_a_bot_acted_for_are_people_too():
    guest = {"id": "e1", "name": "Carla Customer", "displayName": "carla", "email": "carla@customer.example"}
    body = kept(
        externalUserCreator=guest,
        comments=[
            {"id": "c", "body": "Carla Customer <carla@customer.example>", "externalUser": guest,
             "botActor": {"name": "Slack", "type": "slack", "userDisplayName": "Carla C."}}
        ],
    )  # fmt: skip
    assert "arla" not in json.dumps(body)
    assert body["comments"]["nodes"][0]["botActor"]["name"] == "Slack"


def test_apps_and_accounts_that_the_settings_call_bots_keep_their_name():
    app = {"id": "a1", "name": "Storyline", "displayName": "storyline", "email": "x@apps.example", "app": True}
    plain = {
        "id": "b1",
        "name": "golangcibot",
        "displayName": "golangcibot",
        "email": "lint@acme.example",
        "app": False,
    }
    body = kept(creator=app, assignee=plain)
    assert body["creator"] == {"id": "a1", "name": "Storyline", "app": True}
    assert body["assignee"] == {"id": "b1", "name": "golangcibot", "app": True}


def test_a_one_word_name_and_words_that_look_like_mentions_change_nothing():
    told = "Bob the status, @types/node, git@github.com:acme/shop.git"
    assert kept(assignee=BOB, title=told)["title"] == told


def test_a_team_has_a_display_name_and_is_no_person():
    team = {"id": "t", "key": "ENG", "name": "Engineering", "displayName": "Acme / Engineering"}
    assert kept(team=team)["team"] == team
