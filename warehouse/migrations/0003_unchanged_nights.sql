-- What a transform was made of, so that a night with nothing new builds again only what speaks of the moment.

alter table results.transforms add column models_digest varchar;
alter table results.transforms add column log_digest varchar;
alter table results.transforms add column warned varchar[];
