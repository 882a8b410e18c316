-- Product events lie in Parquet segments; the log lists them. A file that is not listed here is nobody's.

create table log.segments (
    source varchar not null,
    instance varchar not null,
    -- The hours of upload that it holds: [covers_from, covers_until), an hour or a whole day (UTC).
    covers_from timestamptz not null,
    covers_until timestamptz not null,
    -- Relative to the segment root.
    path varchar not null,
    rows bigint not null,
    bytes bigint not null,
    -- Of what it was made from: the hours' own digests and the version of their reader.
    digest varchar not null,
    written_at timestamptz not null
);

-- What is known of each hour of upload: the same digest again has nothing new.
create table log.usage_hours (
    source varchar not null,
    instance varchar not null,
    hour timestamptz not null,
    digest varchar not null,
    rows_read bigint not null,
    rows_kept bigint not null,
    rows_refused bigint not null,
    written_at timestamptz not null
);
