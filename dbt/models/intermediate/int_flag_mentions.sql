-- One row per flag and word about it that looks like a ticket key, at the place that tells it most surely.
with flags as (
    select * from {{ ref('int_flags') }}
),

told as (
    select * from {{ ref('stg_settings__flag_stories') }}
),

-- Custom properties may hold addresses of tickets; tags and keys are written in lower case, and an underscore after
-- the number is a separator there.
texts as (
    select
        flags.flag_id,
        'custom property' as place,
        1 as precedence,
        1.0 as confidence,
        unnest(flags.property_values) as text
    from flags
    union all
    select
        flags.flag_id,
        'tag' as place,
        2 as precedence,
        0.95 as confidence,
        unnest(list_transform(flags.tags, lambda tag: regexp_replace(upper(tag), '([0-9])_', '\1 ', 'g'))) as text
    from flags
    union all
    select
        flags.flag_id,
        'settings' as place,
        3 as precedence,
        0.95 as confidence,
        told.ticket_key as text
    from flags
    inner join told on flags.own_key = told.flag_key or flags.project || '/' || flags.own_key = told.flag_key
    union all
    select
        flags.flag_id,
        'name' as place,
        4 as precedence,
        0.9 as confidence,
        flags.name as text
    from flags
    union all
    select
        flags.flag_id,
        'description' as place,
        5 as precedence,
        0.8 as confidence,
        flags.description as text
    from flags
    union all
    select
        flags.flag_id,
        'key of the flag' as place,
        6 as precedence,
        0.7 as confidence,
        regexp_replace(upper(flags.own_key), '([0-9])_', '\1 ', 'g') as text
    from flags
),

mentions as (
    select
        texts.flag_id,
        texts.place,
        texts.precedence,
        texts.confidence,
        unnest(regexp_extract_all(texts.text, '\b[A-Z][A-Z0-9_]+-[0-9]+\b')) as mentioned_key
    from texts
),

final as (
    select
        mentions.flag_id,
        mentions.mentioned_key,
        mentions.place,
        mentions.precedence,
        mentions.confidence
    from mentions
    qualify row_number() over (
        partition by mentions.flag_id, mentions.mentioned_key order by mentions.precedence
    ) = 1
)

select * from final
