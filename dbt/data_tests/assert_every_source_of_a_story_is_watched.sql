-- A source that tells stories has its freshness on the health page.
select distinct stories.source
from {{ ref('fct_stories') }} as stories
left join {{ ref('fct_source_freshness') }} as freshness
    on stories.source = freshness.source and stories.instance = freshness.instance
where freshness.source is null
