-- One row per flag, environment, epoch, step and incident in it whose cause somebody named: the flag, or a story that
-- it lets out. That both happened at one time ties nothing.
with incidents as (
    select * from {{ ref('int_incidents') }}
),

steps as (
    select * from {{ ref('int_guardrail_steps') }}
),

named as (
    select
        uses.from_key as incident_id,
        uses.flag_key,
        'flag' as rule,
        1 as precedence
    from {{ ref('int_flag_uses') }} as uses
    where uses.from_kind = 'incident' and uses.is_linked
    union all
    select
        incident_stories.incident_id,
        flag_stories.flag_key,
        incident_stories.rule,
        2 as precedence
    from {{ ref('int_incident_stories') }} as incident_stories
    inner join {{ ref('int_flag_stories') }} as flag_stories
        on incident_stories.story_key = flag_stories.story_key and flag_stories.is_linked
    where incident_stories.rule = 'linked story'
),

final as (
    select
        steps.flag_key,
        steps.environment,
        steps.epoch,
        steps.step,
        incidents.incident_id,
        incidents.opened_at,
        named.rule,
        coalesce(incidents.is_critical, false)
        or coalesce(lower(incidents.severity) in ({{ setting_values('critical_severities') }}), false) as is_critical,
        coalesce(incidents.kind = 'security', false) as is_security
    from named
    inner join incidents on named.incident_id = incidents.incident_id
    inner join steps
        on
            named.flag_key = steps.flag_key
            and incidents.opened_at >= steps.started_at
            and (steps.ended_at is null or incidents.opened_at < steps.ended_at)
            and (
                incidents.environment is null
                or lower(incidents.environment) = lower(steps.environment)
                or {{ matches_setting('incidents.environment', 'production_environments') }}
            )
    qualify row_number() over (
        partition by steps.flag_key, steps.environment, steps.epoch, steps.step, incidents.incident_id
        order by named.precedence, named.rule
    ) = 1
)

select * from final
