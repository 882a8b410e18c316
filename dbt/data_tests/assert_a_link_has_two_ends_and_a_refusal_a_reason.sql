-- What is linked has another end and some confidence; what is not has none, and says why.
select links.link_id
from {{ ref('fct_links') }} as links
where
    (links.is_linked and (links.to_key is null or links.confidence <= 0))
    or (not links.is_linked and links.confidence > 0)
    or links.confidence > 1
    or trim(links.reason) = ''
