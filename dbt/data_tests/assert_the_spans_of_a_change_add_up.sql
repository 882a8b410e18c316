-- Coding, what lies between opened and ready, pickup, review and deploy are the whole lead time, where all are known.
select changes.change_key
from {{ ref('fct_changes') }} as changes
where
    abs(
        changes.coding_seconds
        + {{ seconds_between('changes.opened_at', 'changes.ready_at') }}
        + changes.pickup_seconds
        + changes.review_seconds
        + changes.deploy_seconds
        - changes.change_lead_time_seconds
    ) > 0.001
