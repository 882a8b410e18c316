-- One row per link between two things and per refusal to link them, with the rule, how sure it is, and why.
with links as (
    select * from {{ ref('int_links_to_stories') }}
    union all
    select * from {{ ref('int_links_of_delivery') }}
),

final as (
    select
        md5(concat_ws(
            chr(31), links.from_kind, links.from_key, links.to_kind, coalesce(links.to_key, ''), links.rule
        )) as link_id,
        links.from_kind,
        links.from_key,
        links.to_kind,
        links.to_key,
        links.rule,
        cast(links.confidence as double) as confidence,
        links.is_linked,
        links.reason
    from links
)

select * from final
