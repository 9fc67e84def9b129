-- One entry of a batch while the posting functions decide it, with what is known of it.

CREATE TYPE station.batch_entry AS (
    id             uuid,
    epoch          uuid,
    seq            bigint,
    kind           text,
    verdict        text,
    reason         text,
    code           text,
    parent         text,
    child          text,
    capacity       integer,
    operator       text,
    operator_id    integer,
    area           text,
    device_time    timestamptz,
    at             timestamp,     -- UTC, as the web application's tables keep it
    hash           bytea,
    previous_hash  bytea,
    payload        jsonb,
    touches        boolean,       -- it is to change bags
    repeated       text,          -- NULL, 'same' or 'conflict'
    first_outcome  text,          -- of the same entry, posted earlier
    first_reason   text,
    first_count    integer,
    first_complete boolean,
    first_fact     jsonb
);
