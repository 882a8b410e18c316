-- People are pseudonyms everywhere; only a bot keeps its login.
select *
from {{ ref('dim_people') }}
where not regexp_matches(person_key, '^(p_[0-9a-f]{16}|bot:.+)$')
