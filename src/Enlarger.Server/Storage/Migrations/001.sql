-- Times are milliseconds since 1970. Ids are UUIDs of version 7, so that they sort by time.

create table keys (
    id text primary key,
    name text not null unique,
    -- SHA-256 of the key, in hexadecimal. A key is 32 random bytes, so a slow hash would protect nothing more.
    hash text not null unique,
    -- The sum of the key's ledger, kept with it in one transaction, so that reserving need not add up.
    balance bigint not null check (balance >= 0),
    rate_per_minute integer not null check (rate_per_minute > 0),
    concurrent_max integer not null check (concurrent_max > 0),
    created_at bigint not null,
    revoked_at bigint
);

create table jobs (
    id text primary key,
    key_id text not null references keys (id),
    vendor text not null,
    operation text not null,
    state text not null check (state in ('waiting', 'done', 'failed')),
    credits bigint not null check (credits >= 0),
    source_width integer not null,
    source_height integer not null,
    result_pixels bigint not null,
    -- The job whose result is enlarged once more.
    parent_id text references jobs (id),
    -- The Fault that ended it, where it failed; HungUp or Abandoned where nobody was told.
    reason text,
    created_at bigint not null,
    finished_at bigint
);

create index jobs_unfinished on jobs (state) where state = 'waiting';

-- A result is enlarged once more at most once, unless that failed.
create unique index jobs_parent on jobs (parent_id) where parent_id is not null and state <> 'failed';

create table ledger (
    id text primary key,
    key_id text not null references keys (id),
    job_id text references jobs (id),
    entry text not null check (entry in ('grant', 'reserve', 'settle', 'refund')),
    -- What it adds to the balance: negative for a reservation, 0 for its settlement.
    credits bigint not null,
    created_at bigint not null,
    check ((entry = 'grant') = (job_id is null)),
    check (case entry when 'reserve' then credits <= 0 when 'settle' then credits = 0 else credits >= 0 end)
);

create index ledger_key on ledger (key_id);

-- Whatever crashes when: a job is reserved once, and then either settled once or refunded once.
create unique index ledger_reserved on ledger (job_id) where entry = 'reserve';
create unique index ledger_closed on ledger (job_id) where entry in ('settle', 'refund');

-- What is written stays; a mistake is put right by another entry. These three are in SQLite's own words.
create trigger ledger_unchanged before update on ledger
begin
    select raise(abort, 'the ledger is only ever added to');
end;

create trigger ledger_undeleted before delete on ledger
begin
    select raise(abort, 'the ledger is only ever added to');
end;

create trigger ledger_closed_as_reserved before insert on ledger
when new.entry in ('settle', 'refund') and not exists (
    select 1 from ledger
    where job_id = new.job_id and entry = 'reserve' and key_id = new.key_id
        and (new.entry = 'settle' or new.credits = -credits))
begin
    select raise(abort, 'a job is closed for the key and the credits that were reserved');
end;

create table results (
    -- The unguessable part of its address, and the name of its file.
    name text primary key,
    job_id text not null unique references jobs (id),
    media_type text not null,
    bytes bigint not null,
    created_at bigint not null,
    -- Null: for ever.
    expires_at bigint
);

create index results_expiring on results (expires_at) where expires_at is not null;
