-- What Python concludes from the log, apart from the log itself: dropped and made again without loss.

create schema if not exists results;

-- How each transform ended. One that was killed stays `running`, so that its half-built marts are never published.
create table results.transforms (
    transform_number bigint not null,
    as_of timestamptz not null,
    is_partial boolean not null,
    status varchar not null,
    error varchar
);
