-- One row per thing and kind of thing that it could be tied to: whether it is tied to any of them.
{{ config(materialized='table') }}

with links as (
    select
        from_kind,
        from_key,
        to_kind,
        is_linked
    from {{ ref('int_links_to_stories') }}
    union all
    select
        from_kind,
        from_key,
        to_kind,
        is_linked
    from {{ ref('int_links_of_delivery') }}
),

final as (
    select
        links.from_kind,
        links.from_key,
        links.to_kind,
        bool_or(links.is_linked) as is_linked
    from links
    group by links.from_kind, links.from_key, links.to_kind
)

select * from final
