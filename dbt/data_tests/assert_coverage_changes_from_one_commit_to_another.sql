-- A pull request is compared with another commit, which was reported before, and both lie between none and all.
select *
from {{ ref('fct_change_coverage') }}
where
    head_coverage not between 0 and 1
    or base_coverage not between 0 and 1
    or base_sha = head_sha
    or base_reported_at >= head_reported_at
    or (coverage_change is null) <> (base_sha is null)
