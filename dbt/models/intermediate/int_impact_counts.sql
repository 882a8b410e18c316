-- One row per story, flag, epoch, audience, measure, step, arm, control and stratum of activity before: the sums that
-- estimates of its impact are made of, over those of whom the measure is known by now.
{{ config(materialized='table', tags=['usage']) }}

with sums as (
    select
        ended.*,
        capped.* exclude ({{ impact_cell() | join(', ') }}),
        {{ sums_that_open() }},
        {{ known_until() }} as known_until
    from {{ ref('int_impact_sums') }} as ended
    inner join {{ ref('int_impact_capped_sums') }} as capped on {{ same_cell('ended', 'capped') }}
    left join {{ ref('int_impact_open_sums') }} as opened on {{ same_cell('ended', 'opened') }}
),

measured as (
    {% for measure in impact_measures() -%}
        select
            sums.story_key,
            sums.flag_key,
            sums.epoch,
            sums.step,
            sums.percentage,
            sums.arm,
            sums.has_used_7d,
            sums.prior_activity,
            sums.known_until,
            '{{ measure.audience or "exposed" }}' as audience,
            '{{ measure.by_use }}' as audience_by_use,
            '{{ measure.name }}' as measure,
            {{ control_of(measure) }} as control,
            {{ measured_columns(measure) }}
        from sums
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Who used it within a week against who did not: on the clock of meeting it, which flatters the feature; and from the
-- day after that week on, which flatters it less.
sided as (
    select
        measured.*,
        measured.audience as told_audience,
        measured.arm as side,
        measured.control as side_control
    from measured
    union all
    select
        measured.*,
        measured.audience_by_use as told_audience,
        case when measured.has_used_7d then 'adopter' else 'other' end as side,
        'all' as side_control
    from measured
    where measured.audience_by_use <> '' and measured.arm = 'treated'
),

-- Of all who were active, whether they are known to have met it or not.
active as (
    select
        epochs.story_key,
        epochs.flag_key,
        epochs.epoch,
        epochs.full_at as window_start,
        {{ adoption_end('epochs.full_at') }} as window_end,
        coalesce(months.active_people, 0) as active_people,
        coalesce(months.tried_people, 0) as tried_people,
        coalesce(months.habitual_people, 0) as habitual_people,
        {{ known_until() }} as known_until,
        {{ adoption_end('epochs.full_at') }} <= {{ known_until() }} as is_known
    from {{ ref('int_feature_epochs') }} as epochs
    left join {{ ref('int_active_months') }} as months on {{ same_epoch('epochs', 'months') }}
    where epochs.full_at is not null
),

final as (
    select
        sided.story_key,
        sided.flag_key,
        sided.epoch,
        sided.told_audience as audience,
        sided.measure,
        sided.step,
        sided.percentage,
        sided.side as arm,
        sided.side_control as control,
        sided.prior_activity,
        cast(sum(sided.sum_n) as bigint) as n,
        cast(coalesce(sum(sided.sum_n) filter (where sided.has_used_7d), 0) as bigint) as user_n,
        coalesce(cast(sum(sided.sum_y) filter (where sided.has_used_7d) as double), 0) as user_outcome_sum,
        coalesce(cast(sum(sided.sum_y) as double), 0) as outcome_sum,
        coalesce(cast(sum(sided.sum_yy) as double), 0) as outcome_square_sum,
        coalesce(cast(sum(sided.sum_x) as double), 0) as covariate_sum,
        coalesce(cast(sum(sided.sum_xx) as double), 0) as covariate_square_sum,
        coalesce(cast(sum(sided.sum_xy) as double), 0) as product_sum,
        cast(max(sided.sum_cap) as double) as cap,
        cast(sum(sided.sum_all - sided.sum_n) as bigint) as n_excluded_immature,
        min(sided.sum_start) as window_start,
        max(sided.sum_end) as window_end,
        max(sided.known_until) as known_until
    from sided
    group by
        sided.story_key, sided.flag_key, sided.epoch, sided.told_audience, sided.measure, sided.step, sided.percentage,
        sided.side, sided.side_control, sided.prior_activity
    having sum(sided.sum_all) > 0
    {% for measure, people in [('tried_month', 'tried_people'), ('habitual_month', 'habitual_people')] -%}
        union all
        select
            active.story_key, active.flag_key, active.epoch, 'all_active', '{{ measure }}', null, null,
            'all', 'all', 'all',
            case when active.is_known then active.active_people else 0 end, 0, 0,
            case when active.is_known then active.{{ people }} else 0 end,
            case when active.is_known then active.{{ people }} else 0 end,
            0, 0, 0, null,
            case when active.is_known then 0 else active.active_people end,
            active.window_start, active.window_end, active.known_until
        from active
    {% endfor %}
)

select * from final
