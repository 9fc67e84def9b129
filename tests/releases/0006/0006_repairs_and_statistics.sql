-- What `db audit --repair` changed, and what the statistics triggers have not added up yet.

CREATE TABLE station.repair (
    id     bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    by     name        NOT NULL DEFAULT session_user,
    what   text        NOT NULL CHECK (what IN ('parent', 'bill', 'statistics', 'sequence')),
    row_id integer,
    code   text        NOT NULL,
    before jsonb       NOT NULL,
    after  jsonb       NOT NULL
);

CREATE TRIGGER repair_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON station.repair
    FOR EACH STATEMENT EXECUTE FUNCTION station.refuse_change();

-- Rows come and go with every scan of a busy centre: they are cleared away often. The key is for
-- replication, which cannot follow a deletion without one.
CREATE TABLE station.statistics_delta (
    id          bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    total_bags  integer NOT NULL DEFAULT 0,
    parent_bags integer NOT NULL DEFAULT 0,
    child_bags  integer NOT NULL DEFAULT 0,
    total_scans integer NOT NULL DEFAULT 0,
    total_bills integer NOT NULL DEFAULT 0,
    total_users integer NOT NULL DEFAULT 0
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
