-- A span that would be negative is null, and the change says which.
select changes.change_key
from {{ ref('fct_changes') }} as changes
where
    least(
        changes.coding_seconds, changes.pickup_seconds, changes.review_seconds, changes.deploy_seconds,
        changes.change_lead_time_seconds
    ) < 0
    or changes.has_negative_span <> (changes.negative_spans is not null)
