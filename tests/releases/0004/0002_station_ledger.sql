-- The station's own tables. Times here are with zone.

CREATE SCHEMA IF NOT EXISTS station;

-- One row for each installed station. The role that enrolled it is the only one that may post for it.
CREATE TABLE station.device (
    id           uuid        PRIMARY KEY,
    name         text        NOT NULL,
    version      text        NOT NULL,
    role_name    name        NOT NULL,
    enrolled_at  timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz,
    last_seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE station.setting (
    name  text  PRIMARY KEY,
    value jsonb NOT NULL,
    -- One that cannot be read would have every entry of every station refused.
    CONSTRAINT setting_capacity_is_a_number CHECK (
        name <> 'capacity' OR (jsonb_typeof(value) = 'number' AND value #>> '{}' ~ '^[1-9][0-9]{0,2}$'))
);
INSERT INTO station.setting (name, value) VALUES ('capacity', '30');

-- One row for every entry of every station, applied or refused, with what was answered.
-- Its only writer checks the device, and the bags it names may be deleted later: no foreign keys.
CREATE TABLE station.entry (
    id            uuid        PRIMARY KEY,
    device        uuid        NOT NULL,
    epoch         uuid        NOT NULL,
    seq           bigint      NOT NULL,
    kind          text        NOT NULL,
    verdict       text        NOT NULL,
    code          text,
    parent        text,
    child         text,
    operator      text,
    operator_id   integer,
    device_time   timestamptz,
    received_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    hash          bytea       NOT NULL,
    previous_hash bytea,
    payload       jsonb       NOT NULL,
    outcome       text        NOT NULL,              -- posted, refused
    reason        text,
    child_count   integer,
    completed     boolean,
    fact          jsonb,
    parent_bag_id integer,
    child_bag_id  integer,
    error_state   text,
    error_message text,
    CONSTRAINT entry_sequence_unique UNIQUE (device, epoch, seq)
);

-- Who put a child bag where it is.
CREATE INDEX entry_added_child ON station.entry (child_bag_id) WHERE kind = 'add_child' AND outcome = 'posted';

CREATE FUNCTION station.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'TT003';
END
$$;

CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON station.entry
    FOR EACH STATEMENT EXECUTE FUNCTION station.refuse_change();
