-- People at stations. Times here are with zone. Accounts are the web application's: it deletes them as it
-- likes, so nothing here refers to one by a foreign key; who is not there any more has no rights.

-- `speaks` 1: of the releases that fetched a password's hash to check it at the station. Only stations that
-- were enrolled before this step, and not heard of as newer since, may still do so.
ALTER TABLE station.device
    ADD COLUMN area           text,
    ADD COLUMN speaks         integer NOT NULL DEFAULT 1,
    ADD COLUMN enrolled_by    text,
    ADD COLUMN revoked_by     text;
ALTER TABLE station.device ALTER COLUMN speaks SET DEFAULT 2;

-- A one-time code by which one station may enrol; only its SHA-256 is kept.
CREATE TABLE station.enrolment_code (
    code_hash  bytea       PRIMARY KEY,
    name       text,                            -- how the station is to be called; NULL: as it calls itself
    area       text,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by    text        NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    used_by    uuid                             -- the device
);

-- Enrolments that were refused lately, by account: wrong codes are counted, and others told once a day.
CREATE TABLE station.enrolment_refusal (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    role_name name        NOT NULL,
    device    uuid        NOT NULL,
    reason    text        NOT NULL
);
CREATE INDEX enrolment_refusal_of_role ON station.enrolment_refusal (role_name, at);

-- One row for each sign-in at a station. The id is made there, is random, and known to that station alone.
CREATE TABLE station.session (
    id           uuid        PRIMARY KEY,
    device       uuid        NOT NULL,
    user_id      integer     NOT NULL,
    username     text        NOT NULL,
    way          text        NOT NULL CHECK (way IN ('password', 'badge', 'pin', 'remembered_password', 'remembered_pin')),
    rights       text        NOT NULL CHECK (rights IN ('operator', 'full')),
    badge        uuid,
    started_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at     timestamptz,
    ended_by     text,                          -- the administrator who revoked it; NULL: it ended by itself
    noticed      text,                          -- what was told once about work under it
    shown        bytea,                         -- SHA-256 of the password's or PIN's hash that the centre compared
    begun_epoch  uuid,                          -- which entry of the station's journal says that it began,
    begun_seq    bigint,
    over_epoch   uuid,                          -- and which one that it is over, by its end or by the next beginning
    over_seq     bigint
);
CREATE INDEX session_of_device ON station.session (device, started_at DESC);
CREATE INDEX session_of_user ON station.session (user_id, started_at DESC);
CREATE INDEX session_open ON station.session (device) WHERE ended_at IS NULL;
CREATE INDEX session_not_over ON station.session (begun_epoch, begun_seq) WHERE over_seq IS NULL;
CREATE INDEX session_by_time ON station.session (started_at DESC);

-- Badges: only the SHA-256 of a code that has 79 random bits.
CREATE TABLE station.badge (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    integer     NOT NULL,
    code_hash  bytea       NOT NULL UNIQUE,
    made_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    made_by    text        NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    revoked_by text
);
CREATE INDEX badge_of_user ON station.badge (user_id);

-- PINs of billers, hashed as the web application hashes passwords.
CREATE TABLE station.pin (
    user_id   integer     PRIMARY KEY,
    pin_hash  text        NOT NULL,
    set_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    set_by    text        NOT NULL,
    failures  integer     NOT NULL DEFAULT 0,
    locked_until timestamptz
);

-- The last step of a one-time password that was used, so that none counts twice.
CREATE TABLE station.totp_used (
    user_id integer PRIMARY KEY,
    step    bigint  NOT NULL
);

-- Attempts to sign in, for the throttle: each counts as failed from before it is looked at until it is shown
-- right. A name that nobody has is kept as its SHA-256: people type passwords into the wrong field.
CREATE TABLE station.sign_in_failure (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    device       uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('password', 'pin', 'badge', 'blocked')),
    user_id      integer,                       -- NULL: nobody has this name, or this badge
    name_key     bytea,                         -- of a name that nobody has
    session      uuid,                          -- what it was to begin
    told         bytea,                         -- SHA-256 of what was told, so that nothing else is looked at
    made_in      xid8        NOT NULL DEFAULT pg_current_xact_id(),
    locked_until timestamptz,                   -- the lock that its count began
    answer       text                           -- why it failed; NULL: nobody looked yet
);
CREATE INDEX sign_in_failure_of_name ON station.sign_in_failure (name_key, at) WHERE name_key IS NOT NULL;
CREATE INDEX sign_in_failure_of_device ON station.sign_in_failure (device, at);
CREATE INDEX sign_in_failure_of_session ON station.sign_in_failure (session) WHERE session IS NOT NULL;

-- From what answers for names that nobody has are made, so that the same name always gets the same.
CREATE TABLE station.sign_in_secret (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    value    uuid    NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO station.sign_in_secret DEFAULT VALUES;

-- Under which sign-in an entry was made, and what a person should look at although it was posted.
ALTER TABLE station.entry
    ADD COLUMN session  uuid,
    ADD COLUMN notice   text,
    ADD COLUMN override jsonb;

ALTER TYPE station.batch_entry
    ADD ATTRIBUTE session      uuid,
    ADD ATTRIBUTE operator_role text,
    ADD ATTRIBUTE rights       text,
    ADD ATTRIBUTE override     jsonb,
    ADD ATTRIBUTE first_notice text;
