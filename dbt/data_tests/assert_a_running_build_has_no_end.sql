-- What runs has neither an end nor a conclusion, and nothing lasts less than no time.
select
    builds.repository,
    builds.run_id,
    builds.run_attempt
from {{ ref('fct_builds') }} as builds
where
    (builds.finished_at is null and builds.conclusion is not null)
    or builds.duration_seconds < 0
    or builds.queue_seconds < 0
