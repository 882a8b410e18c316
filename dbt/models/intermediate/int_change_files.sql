-- One row per pull request and path of a file that it touches by its newest version.
with told as (
    select *
    from {{ ref('stg_events__change') }}
    where event_type = 'change.updated'
    qualify row_number() over (
        partition by change_key
        order by occurred_at desc, raw_position desc, event_id
    ) = 1
),

final as (
    select distinct
        told.change_key,
        told.repository,
        unnest(told.paths) as path
    from told
)

select * from final
