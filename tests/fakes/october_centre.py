"""A small database as the web application had it in October 2025: schema ``production``, with faults."""

TABLES = """
    CREATE SCHEMA production;
    SET search_path = production;
    CREATE TABLE "user" (
        id serial PRIMARY KEY, username varchar(64) NOT NULL UNIQUE, email varchar(120) NOT NULL UNIQUE,
        password_hash varchar(256) NOT NULL, role varchar(20), dispatch_area varchar(30), verified boolean,
        created_at timestamp, failed_login_attempts integer, locked_until timestamp
    );
    CREATE TABLE bag (
        id serial PRIMARY KEY, qr_id varchar(255) NOT NULL, type varchar(10) NOT NULL, name varchar(100),
        child_count integer, parent_id integer, dispatch_area varchar(30), status varchar(20),
        weight_kg double precision, created_at timestamp, updated_at timestamp, qr_code varchar(50),
        CONSTRAINT bag_qr_id_key UNIQUE (qr_id)
    );
    CREATE INDEX idx_bag_qr_upper ON bag (upper(qr_id), type);
    CREATE INDEX somebodys_own_index ON bag (lower(qr_id));
    CREATE INDEX idx_bag_user_type ON bag (type, status);
    CREATE TABLE link (
        id serial PRIMARY KEY, parent_bag_id integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
        child_bag_id integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE, created_at timestamp,
        CONSTRAINT uq_parent_child UNIQUE (parent_bag_id, child_bag_id)
    );
    CREATE TABLE scan (
        id serial PRIMARY KEY, "timestamp" timestamp, parent_bag_id integer REFERENCES bag (id),
        child_bag_id integer REFERENCES bag (id), user_id integer NOT NULL REFERENCES "user" (id),
        scan_location varchar(50)
    );
    CREATE TABLE bill (
        id serial PRIMARY KEY, bill_id varchar(50) NOT NULL UNIQUE, description text,
        parent_bag_count integer, total_weight_kg double precision, expected_weight_kg double precision,
        total_child_bags integer, status varchar(20), created_by_id integer,
        created_at timestamp, updated_at timestamp
    );
    CREATE TABLE bill_bag (
        id serial PRIMARY KEY, bill_id integer NOT NULL REFERENCES bill (id) ON DELETE CASCADE,
        bag_id integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE, created_at timestamp,
        CONSTRAINT uq_bill_bag_new UNIQUE (bill_id, bag_id)
    );
    CREATE TABLE statistics_cache (id integer PRIMARY KEY DEFAULT 1, total_bags integer DEFAULT 0);
    INSERT INTO statistics_cache DEFAULT VALUES;
    CREATE FUNCTION count_bag() RETURNS trigger LANGUAGE plpgsql SET search_path = production AS
        'BEGIN UPDATE statistics_cache SET total_bags = total_bags + 1 WHERE id = 1; RETURN NULL; END';
    CREATE TRIGGER bag_insert_trigger AFTER INSERT ON bag FOR EACH ROW EXECUTE FUNCTION count_bag();
"""

ROWS = """
    SET search_path = production;
    INSERT INTO "user" (username, email, password_hash) VALUES ('u', 'u@x', 'x');
    INSERT INTO bag (id, qr_id, type, status, weight_kg) VALUES
        (1, 'SB00001', 'parent', NULL, 2), (2, 'sb00001', 'parent', 'pending', NULL),
        (3, 'SB00002', 'parent', 'completed', -1), (4, 'ab12', 'child', NULL, NULL),
        (5, 'Ramesh Kumar', 'child', NULL, 0), (6, 'CD34', 'child', NULL, 0);
    INSERT INTO link (parent_bag_id, child_bag_id) VALUES (1, 4), (3, 4), (1, 6);
    INSERT INTO bill (bill_id, parent_bag_count, status, created_by_id) VALUES
        ('B1', 0, 'active', 1), ('B2', NULL, 'draft', 99);
    INSERT INTO bill_bag (bill_id, bag_id) VALUES (1, 1), (2, 1), (2, 3);
    INSERT INTO scan ("timestamp", child_bag_id, user_id) VALUES (NULL, 4, 1);
"""

LEFT_BEHIND = """
    SET search_path = production;
    CREATE INDEX idx_bag_type ON bag (type);
    CREATE INDEX idx_link_child_id_ccnew ON link (child_bag_id);
    UPDATE pg_index SET indisvalid = false
    WHERE indexrelid IN ('production.idx_bag_type'::regclass, 'production.idx_link_child_id_ccnew'::regclass);
    ALTER TABLE bill ADD CONSTRAINT check_bill_total_weight_non_negative
        CHECK (total_weight_kg >= 0) NOT VALID;
"""
"""What upgrades that were killed leave; a unique index is left by one that fails (:data:`FAILS`)."""

FAILS = "CREATE UNIQUE INDEX CONCURRENTLY idx_bag_qr_id_unique_ci ON production.bag (upper(qr_id))"

DECIDED = """
    UPDATE production.bag SET qr_id = 'SB00099' WHERE id = 2;
    UPDATE production.bag SET weight_kg = 0 WHERE id = 3;
    UPDATE production.bill SET created_by_id = 1;
    DELETE FROM production.link WHERE parent_bag_id = 3;
    DELETE FROM production.bill_bag WHERE bill_id = 2 AND bag_id = 1;
"""
"""What a person did about :data:`ROWS`."""
