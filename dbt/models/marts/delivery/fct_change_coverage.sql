-- One row per pull request whose newest commit has a coverage report, with that of the default branch before it.
with changes as (
    select * from {{ ref('int_changes') }}
    where head_sha is not null
),

coverage as (
    select * from {{ ref('int_coverage') }}
),

heads as (
    select
        changes.change_key,
        changes.repository,
        changes.number,
        changes.merge_sha,
        coverage.sha as head_sha,
        coverage.reported_at as head_reported_at,
        coverage.lines_covered as head_lines_covered,
        coverage.lines_total as head_lines_total,
        coverage.coverage as head_coverage
    from changes
    inner join coverage on changes.repository = coverage.repository and changes.head_sha = coverage.sha
    where changes.is_default_base
),

-- What the default branch had when the pull request's own report was made, and never what it became by its merge.
compared as (
    select
        heads.*,
        bases.sha as base_sha,
        bases.reported_at as base_reported_at,
        bases.coverage as base_coverage
    from heads
    left join coverage as bases
        on
            heads.repository = bases.repository
            and bases.is_on_default_branch
            and heads.head_reported_at > bases.reported_at
            and heads.head_sha <> bases.sha
            and heads.merge_sha is distinct from bases.sha
    qualify row_number() over (
        partition by heads.change_key
        order by bases.reported_at desc nulls last, bases.sha
    ) = 1
),

final as (
    select
        compared.change_key,
        compared.repository,
        compared.number,
        compared.head_sha,
        compared.head_reported_at,
        compared.head_lines_covered,
        compared.head_lines_total,
        compared.head_coverage,
        compared.base_sha,
        compared.base_reported_at,
        compared.base_coverage,
        compared.head_coverage - compared.base_coverage as coverage_change
    from compared
)

select * from final
