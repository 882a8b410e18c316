-- What is taken back had been raised, and was noticed while it was.
select releases.flag_key
from {{ ref('fct_release_failures') }} as releases
where
    releases.raised_at >= releases.rolled_back_at
    or releases.to_percentage >= releases.from_percentage
    or releases.recovery_seconds < 0
    or (releases.incident_count = 0) <> (releases.noticed_at is null)
