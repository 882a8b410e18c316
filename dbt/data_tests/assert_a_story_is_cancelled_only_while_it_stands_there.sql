-- A cancelled story is neither open nor done; one that was taken up again is open; whether it was done before, stays.
select *
from {{ ref('fct_stories') }}
where
    is_cancelled <> (status_category = 'cancelled')
    or is_cancelled <> (cancelled_at is not null)
    or (is_cancelled and (is_open or done_at is not null))
    or cancelled_at < first_done_at
    or is_open <> (age_seconds is not null)
