-- done_at is the last entry to done, so it is never before the first, and null in a story that is open.
select *
from {{ ref('fct_stories') }}
where
    (done_at is not null and status_category <> 'done')
    or (done_at is not null and first_done_at is null)
    or done_at < first_done_at
