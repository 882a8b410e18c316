"""Members get a key; users whom a flag targets are counted and forgotten; secrets of environments go."""

import json
from typing import Any

import pytest

import pipelines.sources.launchdarkly as launchdarkly
from pipelines.events.records import RawRecord
from warehouse.people import KeyedPseudonyms

PEOPLE = KeyedPseudonyms("a key of the test")


def kept(body: Any, stream: str = "auditlog") -> Any:
    return launchdarkly.SOURCE.pseudonymise(RawRecord("x", stream, "k", body), PEOPLE).body


ANN = {"_id": "57be1db38b75bf0772d11384", "email": "ann@acme.example", "firstName": "Ann", "lastName": "Lee"}


def test_a_member_is_one_person_wherever_the_entry_names_them():
    body = kept(
        {
            "member": {**ANN, "_links": {"self": {"href": f"/api/v2/members/{ANN['_id']}"}}},
            "comment": "Ann Lee asked ann@acme.example",
            "currentVersion": {"_maintainer": {**ANN, "role": "owner"}, "maintainerId": ANN["_id"]},
        }
    )
    key = PEOPLE.key("launchdarkly", "email", "ann@acme.example")
    assert body["member"] == body["currentVersion"]["_maintainer"] == {"_id": key}
    assert body["currentVersion"]["maintainerId"] == key
    assert body["comment"] == f"{key} asked {key}"


@pytest.mark.parametrize(
    "body",
    [
        {"currentVersion": {"environments": {"p": {"targets": [{"values": ["zoe-1"], "variation": 0}]}}}},
        {"previousVersion": {"environments": {"p": {"contextTargets": [{"values": ["zoe-1"]}]}}}},
        {"currentVersion": {"rules": [{"clauses": [{"attribute": "key", "op": "in", "values": ["zoe-1"]}]}]}},
        {"currentVersion": {"rules": [{"clauses": [{"attribute": "email", "op": "endsWith", "values": ["zoe-1"]}]}]}},
        {"delta": [{"op": "add", "path": "/environments/p/targets/0/values/-", "value": "zoe-1"}]},
        {"delta": [{"op": "add", "path": "/environments/p/rules/0/clauses/0/values/3", "value": "zoe-1"}]},
        {"delta": [{"op": "add", "path": "/environments/p/targets/0", "value": {"values": ["zoe-1"]}}]},
        {"delta": {"instructions": [{"kind": "addUserTargets", "values": ["zoe-1"]}]}},
        {"delta": {"instructions": [{"kind": "addExpiringTarget", "contextKey": "zoe-1", "value": 1}]}},
        {"title": "Ann added zoe-1", "description": "* zoe-1", "shortDescription": "zoe-1"},
        {"subentries": [{"description": "zoe-1", "title": "zoe-1"}]},
        {"triggerBody": {"user": "zoe-1"}},
        {"subject": {"name": "zoe-1"}},
        {"token": {"name": "zoe-1", "ending": "zoe-1", "serviceToken": False}},
        {"app": {"name": "Slack", "maintainerName": "zoe-1"}},
        {"apiKey": "zoe-1", "mobileKey": "zoe-1"},
    ],
)
def test_nobody_and_no_secret_is_left_in_any_corner(body):
    once = kept(body)
    assert "zoe-1" not in json.dumps(once)
    assert kept(once) == once


def test_what_a_share_is_computed_from_stays():
    segment = {"attribute": "segmentMatch", "op": "segmentMatch", "values": ["employees"], "negate": False}
    country = {"attribute": "country", "op": "in", "values": ["DE"], "negate": False}
    named = {"attribute": "key", "op": "in", "values": ["u1", "u2"], "negate": False}
    body = kept({"currentVersion": {"rules": [{"clauses": [segment, country, named]}], "targets": [{"values": ["u"]}]}})
    (rule,) = body["currentVersion"]["rules"]
    assert rule["clauses"][:2] == [segment, country]
    assert (rule["clauses"][2]["valueCount"], body["currentVersion"]["targets"]) == (2, [{"valueCount": 1}])
    assert kept({"token": {"name": "terraform", "serviceToken": True}})["token"]["name"] == "terraform"


def test_a_name_of_one_word_changes_no_other_word():
    body = kept({"member": {"_id": "1a", "email": "x@acme.example", "firstName": "Production"}, "name": "Production"})
    assert body["name"] == "Production"
