-- Rows as a year of work left them. A fault starts with a line "-- fault: NAME" and stands on its own:
-- where the tables of a shape refuse one, that one is left out and named, and the others are made.
-- The shift in shift.py scans many of these bags; keep the codes in step.

-- tools: for this session only

CREATE FUNCTION pg_temp.person(p_name text) RETURNS integer LANGUAGE sql AS $$
    SELECT id FROM "user" WHERE username = p_name
$$;
CREATE FUNCTION pg_temp.bag(
    p_code text, p_kind text, p_status text DEFAULT 'pending', p_count integer DEFAULT 0,
    p_weight double precision DEFAULT 0
) RETURNS integer LANGUAGE sql AS $$
    INSERT INTO bag (
        qr_id, type, name, child_count, user_id, dispatch_area, status, weight_kg, created_at, updated_at
    )
    VALUES (p_code, p_kind, '', p_count, pg_temp.person('meena'), 'indore', p_status, p_weight,
            '2025-10-02 04:30', '2025-10-02 04:31')
    RETURNING id
$$;
CREATE FUNCTION pg_temp.child_in(p_parent integer, p_code text) RETURNS integer LANGUAGE sql AS $$
    WITH made AS (SELECT pg_temp.bag(p_code, 'child') AS id),
         linked AS (
             INSERT INTO link (parent_bag_id, child_bag_id, created_at)
             SELECT p_parent, id, '2025-10-02 05:00' FROM made RETURNING child_bag_id
         )
    INSERT INTO scan ("timestamp", child_bag_id, user_id)
    SELECT '2025-10-02 05:00', child_bag_id, pg_temp.person('meena') FROM linked
    RETURNING child_bag_id
$$;
CREATE FUNCTION pg_temp.packed(
    p_code text, p_prefix text, p_children integer, p_status text DEFAULT 'pending',
    p_count integer DEFAULT NULL, p_weight double precision DEFAULT NULL
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_parent integer := pg_temp.bag(
        p_code, 'parent', p_status, coalesce(p_count, p_children), coalesce(p_weight, p_children));
BEGIN
    INSERT INTO scan ("timestamp", parent_bag_id, user_id)
    VALUES ('2025-10-02 04:59', v_parent, pg_temp.person('meena'));
    PERFORM pg_temp.child_in(v_parent, p_prefix || lpad(n::text, 2, '0')) FROM generate_series(1, p_children) AS n;
    RETURN v_parent;
END
$$;
CREATE FUNCTION pg_temp.bill(
    p_bill text, p_status text, p_capacity integer, VARIADIC p_parents integer[] DEFAULT '{}'
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    v_bill integer;
BEGIN
    INSERT INTO bill (
        bill_id, description, parent_bag_count, total_weight_kg, expected_weight_kg, total_child_bags, status,
        created_by_id, created_at, updated_at
    )
    SELECT p_bill, '', p_capacity, count(l.id), 30 * count(DISTINCT p.id), count(l.id), p_status,
           pg_temp.person('ravi'), '2025-10-02 09:00', '2025-10-02 09:00'
    FROM unnest(p_parents) AS p (id) LEFT JOIN link AS l ON l.parent_bag_id = p.id
    RETURNING id INTO v_bill;
    INSERT INTO bill_bag (bill_id, bag_id, created_at)
    SELECT v_bill, id, '2025-10-02 09:01' FROM unnest(p_parents) AS p (id);
    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'bill'::regclass AND attname = 'linked_parent_count') THEN
        UPDATE bill SET linked_parent_count = cardinality(p_parents) WHERE id = v_bill;
    END IF;
    RETURN v_bill;
END
$$;

-- fault: sound_rows

INSERT INTO "user" (username, email, password_hash, role, dispatch_area, verified, created_at) VALUES
    ('asha', 'asha@depot.example', 'scrypt:32768:8:1$none$00', 'admin', NULL, true, '2025-10-01'),
    ('ravi', 'ravi@depot.example', 'scrypt:32768:8:1$none$00', 'biller', NULL, true, '2025-10-01'),
    ('meena', 'meena@depot.example', 'scrypt:32768:8:1$none$00', 'dispatcher', 'indore', true, '2025-10-01');
SELECT pg_temp.packed('SB10001', 'SND1', 30, 'completed');
SELECT pg_temp.packed('SB10002', 'SND2', 12);
SELECT pg_temp.packed('SB10003', 'SND3', 0);
SELECT pg_temp.bill('BILL-10001', 'completed', 1, pg_temp.packed('SB10004', 'SND4', 30, 'completed'));
SELECT pg_temp.bill('BILL-10002', 'processing', 5, pg_temp.packed('SB10005', 'SND5', 7),
                    pg_temp.packed('SB10006', 'SND6', 3));
INSERT INTO audit_log ("timestamp", user_id, action, entity_type, entity_id, details, ip_address)
VALUES ('2025-10-02 09:02', pg_temp.person('ravi'), 'create_bill', 'bill', 1, '{"capacity": 1}', '10.0.0.7');
INSERT INTO promotionrequest (user_id, reason, status, requested_at)
VALUES (pg_temp.person('meena'), 'I bill every Friday', 'pending', '2025-10-02 10:00');

-- fault: nothing_but_what_must_be

INSERT INTO "user" (username, email, password_hash) VALUES ('bare', 'bare@depot.example', '');
INSERT INTO bag (qr_id, type) VALUES ('SB20001', 'parent'), ('NUL001', 'child'), ('NUL002', 'child');
INSERT INTO link (parent_bag_id, child_bag_id)
SELECT p.id, c.id FROM bag AS p, bag AS c WHERE p.qr_id = 'SB20001' AND c.qr_id = 'NUL001';
INSERT INTO bill (bill_id) VALUES ('BILL-20001');
INSERT INTO bill_bag (bill_id, bag_id)
SELECT b.id, p.id FROM bill AS b, bag AS p WHERE b.bill_id = 'BILL-20001' AND p.qr_id = 'SB20001';
INSERT INTO scan DEFAULT VALUES;
INSERT INTO audit_log ("timestamp", action, entity_type) VALUES ('2025-10-03', 'x', 'y');

-- fault: lower_case_codes

SELECT pg_temp.packed('sb40001', 'lowc', 2);
SELECT pg_temp.bag('lorph1', 'child');
SELECT pg_temp.bill('bill-40001', 'new', 3, pg_temp.packed('Sb40002', 'Mixc', 4));

-- fault: odd_codes

SELECT pg_temp.bag(code, kind) FROM (VALUES
    ('Sunil Bhatnagar', 'parent'), ('KAVITA R PILLAI', 'child'), (' SB21001', 'parent'), ('SB21002 ', 'child'),
    (repeat('X', 255), 'child'), (repeat('é', 255), 'child'), ('STRAẞE', 'child'), ('ﬁber', 'child'),
    ('૧૨૩૪', 'child'), ('İstanbul', 'child'), ('', 'child'), ('O''Neil"; --', 'child'), (E'A\tB', 'child'),
    ('50%_\', 'parent'), ('{"a":1}', 'child'), ('NULL', 'child')
) AS odd (code, kind);

-- fault: codes_that_differ_in_case

SELECT pg_temp.packed('SB22001', 'TWA', 2);
SELECT pg_temp.packed('sb22001', 'TWB', 3);
SELECT pg_temp.bag('CASE22', 'child'), pg_temp.bag('Case22', 'child'), pg_temp.bag('case22', 'child');

-- fault: the_same_code_twice

SELECT pg_temp.packed('SB23001', 'DUA', 1);
SELECT pg_temp.packed('SB23001', 'DUB', 1);

-- fault: renamed_duplicates

SELECT pg_temp.packed('SB24001', 'DPA', 2);
SELECT pg_temp.packed('SB24001_DUP_77', 'DPB', 2);
SELECT pg_temp.bag('SB24001_DUP_77_DUP_78', 'parent');

-- fault: child_in_two_parents

SELECT pg_temp.packed('SB25001', 'TWO', 2);
INSERT INTO link (parent_bag_id, child_bag_id, created_at)
SELECT pg_temp.bag('SB25002', 'parent', 'pending', 1, 1), id, '2025-10-05' FROM bag WHERE qr_id = 'TWO01';

-- fault: parent_on_two_bills

SELECT pg_temp.bill('BILL-26001', 'new', 2, pg_temp.packed('SB26001', 'BBL', 5));
INSERT INTO bill (bill_id, status, parent_bag_count) VALUES ('BILL-26002', 'new', 2);
INSERT INTO bill_bag (bill_id, bag_id, created_at)
SELECT b.id, p.id, '2025-10-06' FROM bill AS b, bag AS p WHERE b.bill_id = 'BILL-26002' AND p.qr_id = 'SB26001';

-- fault: child_on_a_bill

INSERT INTO bill_bag (bill_id, bag_id) SELECT pg_temp.bill('BILL-26003', 'new', 1), pg_temp.bag('BILLED1', 'child');

-- fault: bill_statuses

SELECT pg_temp.bill('BILL-27001', 'active', 4, pg_temp.packed('SB27001', 'ACT', 2));
SELECT pg_temp.bill('BILL-27002', 'draft', 4, pg_temp.packed('SB27002', 'DRA', 2));
SELECT pg_temp.bill('BILL-27003', NULL, 4, pg_temp.packed('SB27003', 'NON', 2));
SELECT pg_temp.bill('BILL-27004', 'On Hold', 4);

-- fault: bill_capacities

SELECT pg_temp.bill('BILL-28001', 'new', 0, pg_temp.packed('SB28001', 'CPA', 1));
SELECT pg_temp.bill('BILL-28002', 'new', NULL, pg_temp.packed('SB28002', 'CPB', 1));
SELECT pg_temp.bill('BILL-28003', 'new', 1, pg_temp.packed('SB28003', 'CPC', 1), pg_temp.packed('SB28004', 'CPD', 1));
SELECT pg_temp.bill('BILL-28004', 'new', -3);

-- fault: orphan_children

SELECT pg_temp.bag('ORPH' || n, 'child', NULL, NULL, NULL) FROM generate_series(1, 8) AS n;

-- fault: parent_in_a_parent

INSERT INTO link (parent_bag_id, child_bag_id)
SELECT pg_temp.packed('SB29001', 'PIP', 1), pg_temp.packed('SB29002', 'PIQ', 1);

-- fault: bag_in_itself

INSERT INTO link (parent_bag_id, child_bag_id) SELECT id, id FROM pg_temp.bag('SB29101', 'parent') AS bag (id);

-- fault: child_in_a_child

INSERT INTO link (parent_bag_id, child_bag_id) SELECT pg_temp.bag('CHC1', 'child'), pg_temp.bag('CHC2', 'child');

-- fault: stale_counts

SELECT pg_temp.packed('SB30001', 'STA', 4, 'pending', 9, 0);
SELECT pg_temp.packed('SB30002', 'STB', 30, 'pending', 30, 30);
SELECT pg_temp.packed('SB30003', 'STC', 3, 'in_progress', 0, 0.5);
SELECT pg_temp.packed('SB30004', 'STD', 3, 'Completed?', 3, 3);
SELECT pg_temp.bill('BILL-30001', 'processing', 2, pg_temp.packed('SB30005', 'STE', 6, NULL, 2, NULL));
UPDATE bill SET total_weight_kg = 180, total_child_bags = 1, expected_weight_kg = 0 WHERE bill_id = 'BILL-30001';

-- fault: negative_bag_weight

SELECT pg_temp.packed('SB31001', 'NEG', 1, 'pending', -1, -1.5);

-- fault: negative_bill_weight

SELECT pg_temp.bill('BILL-31001', 'new', 1);
UPDATE bill SET total_weight_kg = -30 WHERE bill_id = 'BILL-31001';

-- fault: negative_expected_weight

SELECT pg_temp.bill('BILL-31002', 'new', 1);
UPDATE bill SET expected_weight_kg = -1 WHERE bill_id = 'BILL-31002';

-- fault: wrong_linked_parent_count

SELECT pg_temp.bill('BILL-32001', 'processing', 3, pg_temp.packed('SB32001', 'LPC', 1));
UPDATE bill SET linked_parent_count = 17 WHERE bill_id = 'BILL-32001';

-- fault: scans_of_nothing

INSERT INTO scan ("timestamp", user_id) VALUES ('2025-10-07', pg_temp.person('meena'));
INSERT INTO scan ("timestamp", parent_bag_id, child_bag_id)
SELECT NULL, id, id FROM bag WHERE qr_id = 'SB10003';

-- fault: scans_of_somebody_who_left

INSERT INTO "user" (username, email, password_hash, role) VALUES ('left', 'left@depot.example', 'x', 'employee');
WITH parent AS (SELECT pg_temp.packed('SB33001', 'LEF', 3) AS id)
INSERT INTO scan ("timestamp", parent_bag_id, user_id) SELECT '2025-10-08', id, pg_temp.person('left') FROM parent;
UPDATE bag SET user_id = pg_temp.person('left') WHERE qr_id LIKE 'LEF%';
DELETE FROM "user" WHERE username = 'left';

-- fault: more_than_thirty

SELECT pg_temp.packed('SB34001', 'OVR', 34, 'completed');
SELECT pg_temp.packed('SB34002', 'OVS', 31, 'pending', 30, 30);

-- fault: completed_with_29

SELECT pg_temp.packed('SB35001', 'TNN', 29, 'completed');

-- fault: times

SELECT pg_temp.packed('SB36001', 'TIM', 3);
UPDATE bag SET created_at = '2031-01-01', updated_at = '1970-01-01' WHERE qr_id = 'SB36001';
UPDATE link SET created_at = '2031-01-01' FROM bag WHERE bag.id = child_bag_id AND qr_id = 'TIM01';
UPDATE link SET created_at = NULL FROM bag WHERE bag.id = child_bag_id AND qr_id = 'TIM02';
UPDATE scan SET "timestamp" = NULL FROM bag WHERE bag.id = child_bag_id AND qr_id LIKE 'TIM%';

-- fault: kinds

SELECT pg_temp.bag('TRAY1', 'tray'), pg_temp.bag('SB37001', 'child'), pg_temp.bag('PCHILD1', 'parent'),
       pg_temp.bag('SB37002', 'Parent');

-- fault: areas_and_owners

UPDATE bag SET dispatch_area = 'Default Area', parent_id = 999999 WHERE qr_id = 'SB10003';
INSERT INTO "user" (username, email, password_hash, role, dispatch_area, verified) VALUES
    ('Meena', 'MEENA@depot.example', 'x', 'user', 'nowhere', NULL), ('meena ', 'm2@depot.example', 'x', NULL, '', false);

-- fault: legacy_columns

UPDATE bag SET created_by = 1, current_location = 'gate 2', qr_code = lower(qr_id), bag_type = type WHERE qr_id LIKE 'SND1%';
UPDATE scan SET bag_id = child_bag_id, scan_type = 'child', scan_location = 'gate 2', device_info = 'phone',
    scan_duration_ms = 12, dispatch_area = 'indore', location = '', duration_seconds = 0.1 WHERE id % 3 = 0;

-- fault: locked_out

UPDATE "user" SET failed_login_attempts = 5, locked_until = '2031-01-01', last_failed_login = NULL, two_fa_enabled = NULL
WHERE username = 'bare';

-- fault: notes

INSERT INTO notification (user_id, title, message, is_read, created_at)
VALUES (pg_temp.person('ravi'), '', '', false, '2025-12-01');

-- fault: returned_bags

WITH ticket AS (
    INSERT INTO return_ticket (ticket_code, cf_location) VALUES ('RTN-20251208-0A1F', 'nowhere') RETURNING id
)
INSERT INTO return_ticket_bag (return_ticket_id, bag_id) SELECT t.id, b.id FROM ticket AS t, bag AS b WHERE b.qr_id = 'SB10001';
INSERT INTO bill_return_event (bill_id, previous_linked_count, new_linked_count, previous_weight_kg, new_weight_kg)
SELECT id, 3, -1, 0, 0 FROM bill WHERE bill_id = 'BILL-10001';

-- fault: stale_statistics

UPDATE statistics_cache SET total_bags = 3, parent_bags = NULL, total_scans = 345000, last_updated = NULL WHERE id = 1;

-- fault: sequences_behind

SELECT setval(pg_get_serial_sequence(name, 'id'), 1) FROM unnest(ARRAY['bag', 'link', 'scan', 'bill', 'bill_bag']) AS name;

-- fault: left_by_killed_upgrades

CREATE INDEX idx_link_child_id_ccnew ON link (child_bag_id);
UPDATE pg_index SET indisvalid = false
WHERE indexrelid IN ('idx_bag_type'::regclass, 'idx_link_child_id_ccnew'::regclass);
ALTER TABLE bill ADD CONSTRAINT check_bill_total_weight_non_negative CHECK (total_weight_kg >= 0) NOT VALID;

-- fault: biller_whom_nobody_knows

UPDATE bill SET created_by_id = 999999 WHERE bill_id = 'BILL-10002';
