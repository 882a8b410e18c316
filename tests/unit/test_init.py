"""What `storyline init` proposes fits what a source tells."""

from pipelines.init import _proposed


def test_only_a_tracker_is_said_to_have_tickets_that_a_team_owns():
    assert "# [teams.shop]" in "\n".join(_proposed("jira", ["SHOP"]))
    assert list(_proposed("prometheus", ["job:errors:rate5m"])) == []
    assert '# "acme/shop" = "shop"' in list(_proposed("github", ["acme/shop"]))
