-- One row per check of what is tied together, scope and week: of what happened in it, how much is tied.
with coverage as (
    select * from {{ ref('int_link_coverage') }}
    where happened_at is not null and happened_at <= {{ as_of() }}
),

scoped as (
    select
        coverage.check_name,
        coalesce(coverage.scope, 'unknown') as scope,
        coverage.happened_at,
        coverage.is_linked
    from coverage
    union all
    select
        coverage.check_name,
        'all' as scope,
        coverage.happened_at,
        coverage.is_linked
    from coverage
),

final as (
    select
        scoped.check_name,
        scoped.scope,
        cast(date_trunc('week', timezone('UTC', scoped.happened_at)) as date) as week_on,
        count(*) filter (where scoped.is_linked) as linked,
        count(*) as total,
        count(*) filter (where scoped.is_linked) / nullif(cast(count(*) as double), 0) as share
    from scoped
    group by all
)

select * from final
