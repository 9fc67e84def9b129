-- Acts: corrections of bags, and work at bills and returns. What an entry was about, and what was answered besides.

ALTER TABLE station.entry
    ADD COLUMN bill      text,
    ADD COLUMN ticket    text,
    ADD COLUMN bill_id   integer,
    ADD COLUMN ticket_id integer,
    ADD COLUMN answer    jsonb;                  -- the receipt's "bill" and "ticket"

ALTER TYPE station.batch_entry
    ADD ATTRIBUTE bill         text,
    ADD ATTRIBUTE ticket       text,
    ADD ATTRIBUTE first_answer jsonb;

-- What an act came to.
CREATE TYPE station.act_answer AS (
    reason    text,                              -- NULL: it was done
    fact      jsonb,
    notice    text,
    parent_id integer,
    child_id  integer,
    bill_id   integer,
    ticket_id integer,
    count     integer,                           -- of the parent, after it
    completed boolean,
    bill      jsonb,                             -- of the receipt
    ticket    text
);

-- Which parent a station has open: one row for each station, for ever, and no index besides the key, so that a row
-- changes where it is. Only the station's own postings write its row, and one that takes its parent over.
CREATE TABLE station.parent_hold (
    device   uuid        PRIMARY KEY,
    bag_id   integer,                            -- NULL: none
    operator text,
    since    timestamptz,                        -- when it was opened there
    until    timestamptz                         -- when it counts no more, where nothing more is heard of it
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- What an audit mends: the figures of returns too.
ALTER TABLE station.repair DROP CONSTRAINT repair_what_check;
ALTER TABLE station.repair ADD CONSTRAINT repair_what_check
    CHECK (what IN ('parent', 'bill', 'return', 'statistics', 'sequence'));
