-- What was deployed before the merge cannot have carried it.
select changes.change_key
from {{ ref('fct_changes') }} as changes
where
    changes.deployed_at < changes.merged_at
    or (changes.deployed_at is not null and changes.state <> 'merged')
