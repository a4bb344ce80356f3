-- What an owner asks about a key's credits, kept as the balance is: a busy key's ledger takes too long to add up.

-- The sum of the key's grants.
alter table keys add column granted bigint not null default 0;

-- The balance after the last grant of more than nothing.
alter table keys add column after_last_grant bigint not null default 0;

-- Null: nothing was ever granted.
alter table keys add column first_grant_at bigint;

-- When the balance changed last. Null: it never did.
alter table keys add column changed_at bigint;

update keys set
    granted = (select coalesce(sum(credits), 0) from ledger where key_id = keys.id and entry = 'grant'),
    first_grant_at = (
        select min(created_at) from ledger where key_id = keys.id and entry = 'grant' and credits > 0),
    changed_at = (select max(created_at) from ledger where key_id = keys.id and credits <> 0);

with last_grants as (
    select key_id, max(created_at) as at from ledger where entry = 'grant' and credits > 0 group by key_id)
update keys set after_last_grant = (
    select coalesce(sum(credits), 0)
    from last_grants join ledger on ledger.key_id = last_grants.key_id
    where last_grants.key_id = keys.id and (entry = 'grant' or created_at < at));
