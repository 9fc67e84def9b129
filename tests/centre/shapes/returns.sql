-- 7 December 2025: bags that dealers send back.

CREATE TABLE return_ticket (
    id                       serial PRIMARY KEY,
    ticket_code              varchar(50)  NOT NULL UNIQUE,
    cf_location              varchar(100) NOT NULL,
    status                   varchar(20) DEFAULT 'open',
    bags_scanned_count       integer,
    total_weight_returned_kg double precision,
    notes                    text,
    created_by_id            integer REFERENCES "user" (id) ON DELETE SET NULL,
    created_at               timestamp,
    updated_at               timestamp,
    finalized_at             timestamp
);
CREATE TABLE return_ticket_bag (
    id                    serial PRIMARY KEY,
    return_ticket_id      integer NOT NULL REFERENCES return_ticket (id) ON DELETE CASCADE,
    bag_id                integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
    original_bill_id      integer REFERENCES bill (id) ON DELETE SET NULL,
    weight_at_return_kg   double precision,
    child_count_at_return integer,
    scanned_by_id         integer REFERENCES "user" (id) ON DELETE SET NULL,
    scanned_at            timestamp,
    CONSTRAINT uq_return_ticket_bag UNIQUE (return_ticket_id, bag_id)
);
CREATE TABLE bill_return_event (
    id                    serial PRIMARY KEY,
    bill_id               integer NOT NULL REFERENCES bill (id) ON DELETE CASCADE,
    return_ticket_id      integer REFERENCES return_ticket (id) ON DELETE SET NULL,
    bag_id                integer REFERENCES bag (id) ON DELETE SET NULL,
    bag_qr_id             varchar(255),
    previous_linked_count integer          NOT NULL,
    new_linked_count      integer          NOT NULL,
    previous_weight_kg    double precision NOT NULL,
    new_weight_kg         double precision NOT NULL,
    previous_child_count  integer,
    new_child_count       integer,
    removed_by_id         integer REFERENCES "user" (id) ON DELETE SET NULL,
    removed_at            timestamp,
    reason                varchar(200) DEFAULT 'IPT Return'
);
UPDATE alembic_version SET version_num = 'j6k7l8m9n0o1';
