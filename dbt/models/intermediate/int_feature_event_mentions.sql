-- One row per product event and word by which it may belong to a story, at the place that says most about it: the
-- settings, the property that names a story or a flag, the event's own name.
with usage_names as (
    select * from {{ ref('stg_events__usage_name') }}
    where not coalesce(is_exposure, false)
),

settings as (
    select * from {{ ref('stg_settings__feature_events') }}
),

ticket_keys as (
    select * from {{ ref('int_ticket_keys') }}
),

flag_stories as (
    select * from {{ ref('int_flag_stories') }}
    where is_linked
),

projects as (
    select distinct split_part(ticket_keys.ticket_key, '-', 1) as prefix
    from ticket_keys
),

events as (
    select
        usage_names.event_type as event_name,
        min(usage_names.first_seen_at) as first_seen_at
    from usage_names
    group by usage_names.event_type
),

-- An underscore is a letter to a pattern and a space to whoever names events.
words as (
    select
        events.event_name,
        unnest(regexp_extract_all(
            regexp_replace(upper(events.event_name), '[_ .:/-]+', ' ', 'g'), '\b[A-Z][A-Z0-9]+ [0-9]+\b'
        )) as word
    from events
),

properties as (
    select distinct
        usage_names.event_type as event_name,
        usage_names.feature
    from usage_names
    where usage_names.feature is not null
),

mentions as (
    select
        settings.event_name,
        settings.ticket_key as mentioned_key,
        settings.ticket_key,
        'settings' as place,
        false as is_of_flag,
        1 as precedence,
        1.0 as confidence
    from settings
    union all
    select
        properties.event_name,
        properties.feature as mentioned_key,
        coalesce(flag_stories.story_key, upper(properties.feature)) as ticket_key,
        case when flag_stories.story_key is null then 'property' else 'flag in the property' end as place,
        flag_names.name is not null as is_of_flag,
        case when flag_stories.story_key is null then 2 else 3 end as precedence,
        case when flag_stories.story_key is null then 0.95 else 0.9 end as confidence
    from properties
    left join {{ ref('int_flag_names') }} as flag_names on properties.feature = flag_names.name
    left join flag_stories on flag_names.flag_key = flag_stories.flag_key
    union all
    select
        words.event_name,
        replace(words.word, ' ', '-') as mentioned_key,
        replace(words.word, ' ', '-') as ticket_key,
        'name of the event' as place,
        false as is_of_flag,
        4 as precedence,
        0.6 as confidence
    from words
    inner join projects on split_part(words.word, ' ', 1) = projects.prefix
),

final as (
    select
        mentions.*,
        events.first_seen_at,
        ticket_keys.story_key
    from mentions
    left join events on mentions.event_name = events.event_name
    left join ticket_keys on mentions.ticket_key = ticket_keys.ticket_key
    qualify row_number() over (
        partition by mentions.event_name, coalesce(ticket_keys.story_key, mentions.mentioned_key)
        order by mentions.precedence, mentions.mentioned_key
    ) = 1
)

select * from final
