-- How much of what should be tied together is: stories, pull requests, deployments?
-- Answer: one row per check and scope, the worst first; `missing` is how many are not tied.
-- Limits: a link is not proof that it is right; `fct_links` tells each one's rule and confidence. `all` is everything.
select
    check_name,
    scope,
    status,
    linked,
    total,
    total - linked as missing,
    round(share, 4) as share
from marts.data_quality
where check_name in (
    'stories_with_changes', 'changes_with_stories', 'changes_with_deployments', 'deployments_with_changes'
)
order by check_name, scope <> 'all', missing desc, scope
