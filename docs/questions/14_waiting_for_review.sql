-- How long does a pull request wait for its first review, and how long for its merge after that?
-- Answer: one row per repository and month of opening: how many, the median hours of each wait, how many were merged
-- without any review.
-- Limits: medians of pull requests that were reviewed; one that still waits is not in them. Bots' are left out.
select
    repository,
    cast(date_trunc('month', opened_at) as date) as month_on,
    count(*) as changes,
    round(median(pickup_seconds) / 3600, 2) as pickup_median_hours,
    round(median(review_seconds) / 3600, 2) as review_median_hours,
    count(*) filter (where state = 'merged' and first_review_at is null) as merged_unreviewed
from marts.fct_changes
where not is_bot_author
group by all
order by repository, month_on
