-- One row per story and step in the life of one of its flags: made, another share, put away.
with links as (
    select * from {{ ref('int_story_flag_links') }}
),

flags as (
    select * from {{ ref('int_flags') }}
),

shares as (
    select
        int_flag_shares.*,
        lag(int_flag_shares.served_percentage) over (
            partition by int_flag_shares.flag_id, int_flag_shares.environment
            order by int_flag_shares.started_at
        ) as earlier_percentage
    from {{ ref('int_flag_shares') }} as int_flag_shares
),

steps as (
    select
        flags.flag_id,
        flag_events.event_id,
        flag_events.event_type,
        flag_events.occurred_at
    from {{ ref('stg_events__flag') }} as flag_events
    inner join flags on flag_events.source = flags.source and flag_events.subject = flags.subject
    where flag_events.event_type in ('flag.created', 'flag.archived', 'flag.restored', 'flag.deleted')
),

told as (
    select
        steps.flag_id,
        steps.event_id,
        steps.event_type,
        steps.occurred_at,
        replace(steps.event_type, 'flag.', '') as what
    from steps
    union all
    -- A flag that is made and reaches nobody is told by its making.
    select
        shares.flag_id,
        md5(shares.event_id || ' ' || shares.environment) as event_id,
        'flag.configured' as event_type,
        shares.started_at as occurred_at,
        case
            when shares.served_percentage is null then 'reaches an unknown share of '
            when shares.served_percentage < shares.earlier_percentage
                then 'falls to ' || printf('%g', shares.served_percentage) || ' % of '
            when shares.is_dealt_anew and shares.served_percentage = shares.earlier_percentage
                then 'is dealt anew to ' || printf('%g', shares.served_percentage) || ' % of '
            else 'reaches ' || printf('%g', shares.served_percentage) || ' % of '
        end || shares.environment || coalesce(', since ' || shares.unknown_reason, '') as what
    from shares
    where shares.share_number > 1 or shares.served_percentage is null or shares.served_percentage > 0
),

final as (
    select
        links.story_key,
        told.event_id,
        told.event_type,
        told.occurred_at,
        'flag' as lane,
        'Flag ' || flags.flag_key || ' ' || told.what as label,
        flags.url
    from links
    inner join flags on links.flag_id = flags.flag_id
    inner join told on links.flag_id = told.flag_id
)

select * from final
