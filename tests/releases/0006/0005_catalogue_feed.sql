-- The catalogue feed: ids of the bags and bills that changed, whoever changed them.

-- Only ids: whoever reads the feed reads the rows as they stand then. No counter, no queue, nothing that
-- two writers could wait for. The one index serves reading and pruning alike.
CREATE TABLE station.change (
    xid    xid8    NOT NULL DEFAULT pg_current_xact_id(),  -- of the writing transaction, never of a part of it
    id     bigint  NOT NULL GENERATED ALWAYS AS IDENTITY,
    kind   "char"  NOT NULL,                               -- b: bag, i: bill, r: everything (a TRUNCATE)
    row_id integer,
    PRIMARY KEY (xid, id)
);

-- When which transactions were over: all below *over*. Rows below a mark of some days ago may go.
-- *pruned*: the mark up to which they are gone; there is at most one.
CREATE TABLE station.change_mark (
    taken_at timestamptz PRIMARY KEY DEFAULT clock_timestamp(),
    over     xid8        NOT NULL,
    pruned   boolean     NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX change_mark_pruned ON station.change_mark (pruned) WHERE pruned;

-- Pages of this table fill and are emptied for ever.
ALTER TABLE station.change SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);
