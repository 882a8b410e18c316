-- One row per current event of a pull request, of all sources; a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'change.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('repository') }} as repository,
        {{ payload_integer('number') }} as number,
        {{ payload_text('repository') }} || '#' || {{ payload_text('number') }} as change_key,
        {{ payload_text('title') }} as title,
        {{ payload_text('body') }} as body,
        {{ payload_text('state') }} as state,
        {{ payload_boolean('is_draft') }} as is_draft,
        {{ payload_text('head_branch') }} as head_branch,
        {{ payload_text('head_sha') }} as head_sha,
        {{ payload_text('base_branch') }} as base_branch,
        {{ payload_boolean('is_default_base') }} as is_default_base,
        {{ payload_text('merge_sha') }} as merge_sha,
        {{ payload_text('author') }} as author,
        {{ payload_list('labels') }} as labels,
        {{ payload_time('created_at') }} as created_at,
        {{ payload_time('updated_at') }} as updated_at,
        {{ payload_time('merged_at') }} as merged_at,
        {{ payload_time('closed_at') }} as closed_at,
        {{ payload_text('url') }} as url,
        {{ payload_text('sha') }} as sha,
        {{ payload_list('parents') }} as parents,
        {{ payload_text('message') }} as message,
        {{ payload_time('authored_at') }} as authored_at,
        {{ payload_time('committed_at') }} as committed_at,
        {{ payload_text('review_id') }} as review_id,
        {{ payload_text('comment_id') }} as comment_id,
        {{ payload_text('kind') }} as comment_kind,
        {{ payload_text('label') }} as label,
        {{ payload_list('paths') }} as paths
    from events
)

select * from final
