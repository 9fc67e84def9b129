-- Bills: made, filled, completed, reopened, changed and deleted, each as one entry of a station says.
--
-- Called by station.apply_act, which has locked what the entry names as far as that was there. What is needed
-- beyond is only taken where it is free: nobody waits here while others wait for him (55P03: the station offers
-- the batch again). A bill is held by the web application's key and by its row, a parent by its row; everything
-- is read after that. The web application's quick scan takes no key: there the rows' references make it wait for
-- us, and us for it.
--
-- A bill is called by its name in any case; of two the older one is meant. A status that the web application does
-- not know counts as open, and becomes one that it knows with the next change. A capacity below one, or none, is
-- as many as stand on the bill, at least one. What stands on it is counted, never looked up in its own figures.

-- The bill of a name, NULL when there is none. Compared as the index of names is kept.
CREATE OR REPLACE FUNCTION station.bill_named(p_name text) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT min(b.id) FROM (SELECT id FROM public.bill WHERE upper(bill_id) COLLATE "C" = upper(p_name) OFFSET 0) AS b
$$;

-- A name as it is stored: without control and invisible characters, one blank for many, upper case.
-- NULL when that is no usable name. The station has cleaned it too (domain/bills.py).
CREATE OR REPLACE FUNCTION station.usable_bill_name(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN length(n.name) BETWEEN 1 AND 50 THEN n.name END
    FROM (SELECT upper(btrim(regexp_replace(
        regexp_replace(p_text, '[\u0001-\u0008\u000e-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]', '', 'g'),
        '[\s\u00a0]+', ' ', 'g'))) AS name) AS n
$$;

-- How many parents a bill takes; *p_linked* stand on it.
CREATE OR REPLACE FUNCTION station.places_on_bill(p_stored integer, p_linked integer) RETURNS integer
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_stored >= 1 THEN p_stored ELSE greatest(1, p_linked) END
$$;

-- One of the three states that the web application knows.
CREATE OR REPLACE FUNCTION station.known_bill_status(p_status text, p_linked integer) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_status IN ('new', 'processing', 'completed') THEN p_status
                WHEN p_status IS NULL AND p_linked = 0 THEN 'new'
                ELSE 'processing' END
$$;

CREATE OR REPLACE FUNCTION station.count_on_bill(p_bill integer) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT count(*)::integer FROM public.bill_bag WHERE bill_id = p_bill
$$;

-- What is known of a bill, all of it counted.
CREATE OR REPLACE FUNCTION station.bill_fact(p_bill integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', upper(b.bill_id),
        'status', station.known_bill_status(b.status, t.linked),
        'capacity', station.places_on_bill(b.parent_bag_count, t.linked),
        'linked', t.linked,
        'children', d.children,
        'expected_kg', d.expected,
        'destination', d.destination,
        'vehicle', d.vehicle,
        'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'),
        'from_centre', true
    ))
    FROM (SELECT * FROM public.bill WHERE id = p_bill OFFSET 0) AS b
    CROSS JOIN LATERAL station.bill_details(b.id) AS d
    CROSS JOIN LATERAL (SELECT station.count_on_bill(b.id) AS linked) AS t
$$;

-- That there is no such bill.
CREATE OR REPLACE FUNCTION station.absent_bill(p_name text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object('code', upper(coalesce(p_name, '')), 'from_centre', true,
                              'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'))
$$;

-- What is known of a bag, with the bill that it is on; *p_but* is left out where it is on another one too.
CREATE OR REPLACE FUNCTION station.billed_fact(p_bag integer, p_but integer DEFAULT NULL) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT (station.bag_fact(p_bag) - ARRAY['bill', 'bill_completed']) || coalesce((
        SELECT jsonb_strip_nulls(jsonb_build_object(
            'bill', upper(b.bill_id), 'bill_completed', CASE WHEN b.status = 'completed' THEN true END))
        FROM (SELECT bill_id FROM public.bill_bag WHERE bag_id = p_bag OFFSET 0) AS bb
        JOIN public.bill AS b ON b.id = bb.bill_id
        WHERE b.id IS DISTINCT FROM p_but
        ORDER BY b.id LIMIT 1
    ), '{}')
$$;

-- A bill as its row stands, for the audit.
CREATE OR REPLACE FUNCTION station.bill_snapshot(p_bill integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'id', b.id, 'bill_id', b.bill_id, 'description', b.description, 'parent_bag_count', b.parent_bag_count,
        'linked_parent_count', b.linked_parent_count, 'total_child_bags', b.total_child_bags,
        'total_weight_kg', b.total_weight_kg, 'expected_weight_kg', b.expected_weight_kg, 'status', b.status,
        'destination', b.destination, 'vehicle_number', b.vehicle_number, 'created_by_id', b.created_by_id,
        'created_at', to_char(b.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'))
    FROM public.bill AS b WHERE b.id = p_bill
$$;

-- Holds a bill without waiting; returns whether it is still there.
CREATE OR REPLACE FUNCTION station.hold_bill(p_bill integer) RETURNS boolean
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM station.take_bills(ARRAY[p_bill]);
    RETURN EXISTS (SELECT FROM public.bill WHERE id = p_bill);
END
$$;

-- Holds the bag of a code without waiting, and returns it; of two the older one.
CREATE OR REPLACE FUNCTION station.hold_bag(p_code text, OUT id integer, OUT type text)
LANGUAGE plpgsql
AS $$
BEGIN
    SELECT b.id INTO hold_bag.id
    FROM (SELECT bag.id FROM public.bag WHERE upper(bag.qr_id) = p_code OFFSET 0) AS b ORDER BY b.id LIMIT 1;
    SELECT b.id, b.type INTO hold_bag.id, hold_bag.type
    FROM public.bag AS b WHERE b.id = hold_bag.id FOR UPDATE NOWAIT;
END
$$;

-- Why a bag cannot go onto a bill, or a return, whatever these are; NULL where it is a parent, or missing.
CREATE OR REPLACE FUNCTION station.no_parent(p_type text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_type = 'child' THEN 'child_not_billable' WHEN p_type <> 'parent' THEN 'unknown_bag_type' END
$$;

-- Writes a bill's figures from the rows, with a status and a capacity that the web application knows.
CREATE OR REPLACE FUNCTION station.settle_bill(p_bill integer, p_status text, p_now timestamp) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM station.refresh_bills(ARRAY[p_bill], p_now);
    UPDATE public.bill AS b
    SET status = station.known_bill_status(p_status, b.linked_parent_count),
        parent_bag_count = station.places_on_bill(b.parent_bag_count, b.linked_parent_count)
    WHERE b.id = p_bill
      AND (b.status, b.parent_bag_count) IS DISTINCT FROM (
        station.known_bill_status(p_status, b.linked_parent_count)::varchar,
        station.places_on_bill(b.parent_bag_count, b.linked_parent_count));
END
$$;

-- The status of an open bill with so many parents on it.
CREATE OR REPLACE FUNCTION station.open_status(p_linked integer) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_linked = 0 THEN 'new' ELSE 'processing' END
$$;

-- Count, weight and status of a parent as it goes onto a bill. One that was completed stays that: a station may
-- complete with fewer than the site's capacity.
CREATE OR REPLACE FUNCTION station.settle_billed_parent(p_bag integer, p_capacity integer, p_now timestamp) RETURNS void
LANGUAGE sql
AS $$
    UPDATE public.bag AS b
    SET child_count = n.children,
        weight_kg = n.children,
        status = CASE WHEN n.children >= p_capacity OR b.status = 'completed' THEN 'completed'
                      WHEN n.children > 0 THEN 'in_progress'
                      ELSE coalesce(b.status, 'pending') END,
        updated_at = p_now
    FROM (SELECT count(*)::integer AS children FROM public.link WHERE parent_bag_id = p_bag) AS n
    WHERE b.id = p_bag
$$;

-- The children of a parent and whether it is completed, as a receipt tells them.
CREATE OR REPLACE FUNCTION station.with_parent(a station.act_answer, p_bag integer) RETURNS station.act_answer
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    SELECT b.id, (SELECT count(*) FROM public.link WHERE parent_bag_id = b.id), coalesce(b.status = 'completed', false)
    INTO a.parent_id, a.count, a.completed
    FROM public.bag AS b WHERE b.id = p_bag AND b.type = 'parent';
    RETURN a;
END
$$;

-- A refusal, with the bill that is in the way and what is known of the bag.
CREATE OR REPLACE FUNCTION station.act_refused(
    p_reason text, p_bill integer, p_name text, p_bag integer DEFAULT NULL
) RETURNS station.act_answer
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    a station.act_answer;
BEGIN
    a.reason := p_reason;
    a.bill_id := p_bill;
    a.bill := coalesce(station.bill_fact(p_bill), CASE WHEN p_name IS NOT NULL THEN station.absent_bill(p_name) END);
    IF p_bag IS NOT NULL THEN
        a.fact := station.billed_fact(p_bag, CASE WHEN p_reason = 'parent_on_other_bill' THEN station.bill_named(p_name) END);
        a := station.with_parent(a, p_bag);
    END IF;
    RETURN a;
END
$$;

-- One row of the audit about a bill, in the words of all of them.
CREATE OR REPLACE FUNCTION station.audit_bill(
    e station.batch_entry, p_bill integer, p_name text, p_before jsonb, p_after jsonb, p_more jsonb DEFAULT '{}'
) RETURNS void
LANGUAGE sql
AS $$
    SELECT station.write_audit(
        e.operator_id, e.kind, 'bill', p_bill,
        jsonb_strip_nulls(jsonb_build_object(
            'username', e.operator, 'station', e.payload ->> 'station', 'bill', p_name, 'parent', e.parent) || p_more),
        p_before, p_after, e.id)
$$;

CREATE OR REPLACE FUNCTION station.act_create_bill(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a          station.act_answer;
    v_name     text := station.usable_bill_name(e.payload ->> 'bill');
    v_capacity integer := (e.payload #>> '{details,capacity}')::integer;
    v_bill     integer;
BEGIN
    IF v_name IS NULL THEN
        a.reason := 'bill_name_unusable';
        RETURN a;
    END IF;
    v_bill := coalesce(station.bill_named(v_name), station.bill_named(e.payload ->> 'bill'));
    IF v_bill IS NOT NULL THEN
        RETURN station.act_refused('bill_exists', v_bill, v_name);
    ELSIF (v_capacity BETWEEN 1 AND 50) IS NOT TRUE THEN
        RETURN station.act_refused('bill_capacity_wrong', NULL, v_name);
    END IF;
    -- What is expected of it is what stands on it: the web application's quick scan adds to what it finds here.
    INSERT INTO public.bill (
        bill_id, description, parent_bag_count, linked_parent_count, total_weight_kg, expected_weight_kg,
        total_child_bags, status, created_by_id, created_at, updated_at, destination, vehicle_number
    )
    VALUES (
        v_name, coalesce(left(e.payload #>> '{details,description}', 1000), ''), v_capacity, 0, 0, 0,
        0, 'new', e.operator_id, e.at, p_now, nullif(left(e.payload #>> '{details,destination}', 200), ''),
        nullif(left(e.payload #>> '{details,vehicle}', 50), '')
    )
    ON CONFLICT DO NOTHING
    RETURNING id INTO v_bill;
    IF v_bill IS NULL THEN
        v_bill := station.bill_named(v_name);
        IF v_bill IS NOT NULL THEN
            RETURN station.act_refused('bill_exists', v_bill, v_name);
        END IF;
        PERFORM station.catch_up_numbers();
        RAISE EXCEPTION 'a bill appeared meanwhile' USING ERRCODE = '40001';
    END IF;
    PERFORM station.hold_bill(v_bill);
    PERFORM station.audit_bill(e, v_bill, v_name, NULL, station.bill_snapshot(v_bill));
    a.bill_id := v_bill;
    a.bill := station.bill_fact(v_bill);
    RETURN a;
END
$$;

-- Puts a parent on a bill. One that came onto another bill since it was looked for is tried anew, and told then.
CREATE OR REPLACE FUNCTION station.put_on_bill(p_bill integer, p_bag integer, p_at timestamp) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO public.bill_bag (bill_id, bag_id, created_at) VALUES (p_bill, p_bag, p_at) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM station.catch_up_numbers();
        RAISE EXCEPTION 'the bills of a bag changed meanwhile' USING ERRCODE = '40001';
    END IF;
END
$$;

-- Why a parent does not go onto a bill, all of it held; NULL when it does. *p_bag* NULL: there is no such bag.
CREATE OR REPLACE FUNCTION station.objection_to_attaching(
    p_bill integer, p_bag integer, p_type text, p_makes boolean
) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE
        WHEN station.no_parent(p_type) IS NOT NULL THEN station.no_parent(p_type)
        WHEN p_bill = ANY (o.bills) THEN 'parent_on_this_bill'
        WHEN b.status = 'completed' THEN 'bill_completed'
        WHEN p_bag IS NULL AND NOT p_makes THEN 'parent_missing'
        WHEN o.bills IS NOT NULL THEN 'parent_on_other_bill'
        WHEN n.linked >= station.places_on_bill(b.parent_bag_count, n.linked) THEN 'bill_full' END
    FROM public.bill AS b
    CROSS JOIN LATERAL (SELECT station.count_on_bill(b.id) AS linked) AS n
    CROSS JOIN LATERAL (SELECT array_agg(bb.bill_id) AS bills FROM public.bill_bag AS bb WHERE bb.bag_id = p_bag) AS o
    WHERE b.id = p_bill
$$;

CREATE OR REPLACE FUNCTION station.act_attach_parent(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a        station.act_answer;
    v_name   text := e.bill;
    v_bill   integer := station.bill_named(v_name);
    v_bag    record;
    v_reason text;
    v_before jsonb;
BEGIN
    IF NOT station.hold_bill(v_bill) THEN
        RETURN station.act_refused('bill_unknown', NULL, v_name);
    END IF;
    v_bag := station.hold_bag(e.parent);
    v_reason := station.objection_to_attaching(
        v_bill, v_bag.id, v_bag.type, coalesce((e.payload ->> 'makes_parent')::boolean, false));
    IF v_reason = 'parent_on_other_bill' THEN
        RETURN station.act_refused(v_reason, (SELECT min(bill_id) FROM public.bill_bag WHERE bag_id = v_bag.id), v_name, v_bag.id);
    ELSIF v_reason IS NOT NULL THEN
        RETURN station.act_refused(v_reason, v_bill, v_name, v_bag.id);
    END IF;
    v_before := station.bill_snapshot(v_bill);
    v_bag.id := coalesce(v_bag.id, station.make_bag(e.parent, 'parent', e.operator_id, e.area, p_now));
    PERFORM station.put_on_bill(v_bill, v_bag.id, e.at);
    PERFORM station.settle_billed_parent(v_bag.id, station.capacity_of(e.capacity), p_now);
    PERFORM station.settle_bill(v_bill, 'processing', p_now);
    INSERT INTO public.scan ("timestamp", parent_bag_id, user_id) VALUES (e.at, v_bag.id, e.operator_id);
    PERFORM station.audit_bill(e, v_bill, v_name, v_before, station.bill_snapshot(v_bill));
    a.bill_id := v_bill;
    a.bill := station.bill_fact(v_bill);
    RETURN station.with_parent(a, v_bag.id);
END
$$;

CREATE OR REPLACE FUNCTION station.act_detach_parent(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a        station.act_answer;
    v_name   text := e.bill;
    v_bill   integer := station.bill_named(v_name);
    v_bag    record;
    v_reason text;
    v_before jsonb;
BEGIN
    IF NOT station.hold_bill(v_bill) THEN
        RETURN station.act_refused('bill_unknown', NULL, v_name);
    END IF;
    v_before := station.bill_snapshot(v_bill);
    v_bag := station.hold_bag(e.parent);
    v_reason := CASE
        WHEN station.no_parent(v_bag.type) IS NOT NULL THEN station.no_parent(v_bag.type)
        WHEN v_before ->> 'status' = 'completed' THEN 'bill_completed'
        WHEN v_bag.id IS NULL THEN 'parent_missing'
        WHEN NOT EXISTS (SELECT FROM public.bill_bag WHERE bill_id = v_bill AND bag_id = v_bag.id)
        THEN 'parent_not_on_bill' END;
    IF v_reason IS NOT NULL THEN
        RETURN station.act_refused(v_reason, v_bill, v_name, v_bag.id);
    END IF;
    DELETE FROM public.bill_bag WHERE bill_id = v_bill AND bag_id = v_bag.id;
    PERFORM station.settle_bill(v_bill, station.open_status(station.count_on_bill(v_bill)), p_now);
    PERFORM station.audit_bill(e, v_bill, v_name, v_before, station.bill_snapshot(v_bill));
    a.bill_id := v_bill;
    a.bill := station.bill_fact(v_bill);
    RETURN station.with_parent(a, v_bag.id);
END
$$;

-- What is the same for completing, reopening and changing: the bill gets *p_status*, and its figures.
CREATE OR REPLACE FUNCTION station.change_bill(
    e station.batch_entry, p_bill integer, p_status text, p_before jsonb, p_now timestamp
) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a station.act_answer;
BEGIN
    PERFORM station.settle_bill(p_bill, p_status, p_now);
    PERFORM station.audit_bill(e, p_bill, e.bill, p_before, station.bill_snapshot(p_bill));
    a.bill_id := p_bill;
    a.bill := station.bill_fact(p_bill);
    RETURN a;
END
$$;

CREATE OR REPLACE FUNCTION station.act_complete_bill(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    v_name   text := e.bill;
    v_bill   integer := station.bill_named(v_name);
    v_before jsonb;
    v_linked integer;
    v_reason text;
BEGIN
    IF NOT station.hold_bill(v_bill) THEN
        RETURN station.act_refused('bill_unknown', NULL, v_name);
    END IF;
    v_before := station.bill_snapshot(v_bill);
    v_linked := station.count_on_bill(v_bill);
    v_reason := CASE
        WHEN v_before ->> 'status' = 'completed' THEN 'bill_completed'
        WHEN v_linked < station.places_on_bill((v_before ->> 'parent_bag_count')::integer, v_linked)
        THEN 'bill_not_full' END;
    IF v_reason IS NOT NULL THEN
        RETURN station.act_refused(v_reason, v_bill, v_name);
    END IF;
    RETURN station.change_bill(e, v_bill, 'completed', v_before, p_now);
END
$$;

CREATE OR REPLACE FUNCTION station.act_reopen_bill(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    v_name   text := e.bill;
    v_bill   integer := station.bill_named(v_name);
    v_before jsonb;
BEGIN
    IF NOT station.hold_bill(v_bill) THEN
        RETURN station.act_refused('bill_unknown', NULL, v_name);
    END IF;
    v_before := station.bill_snapshot(v_bill);
    IF v_before ->> 'status' IS DISTINCT FROM 'completed' THEN
        RETURN station.act_refused('bill_not_completed', v_bill, v_name);
    END IF;
    RETURN station.change_bill(e, v_bill, station.open_status(station.count_on_bill(v_bill)), v_before, p_now);
END
$$;

-- A completed bill can be changed too, as at the web application: where it goes is often known only then.
CREATE OR REPLACE FUNCTION station.act_edit_bill(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a          station.act_answer;
    v_name     text := e.bill;
    v_bill     integer := station.bill_named(v_name);
    v_details  jsonb := CASE WHEN jsonb_typeof(e.payload -> 'details') = 'object' THEN e.payload -> 'details' ELSE '{}' END;
    v_capacity integer := (e.payload #>> '{details,capacity}')::integer;
    v_before   jsonb;
    v_linked   integer;
BEGIN
    IF NOT station.hold_bill(v_bill) THEN
        RETURN station.act_refused('bill_unknown', NULL, v_name);
    END IF;
    v_linked := station.count_on_bill(v_bill);
    IF v_capacity NOT BETWEEN greatest(1, v_linked) AND greatest(500, v_linked) THEN
        RETURN station.act_refused('bill_capacity_wrong', v_bill, v_name);
    END IF;
    v_before := station.bill_snapshot(v_bill);
    UPDATE public.bill AS b
    SET parent_bag_count = coalesce(v_capacity, b.parent_bag_count),
        description = coalesce(left(v_details ->> 'description', 1000), b.description),
        destination = CASE WHEN v_details ? 'destination'
            THEN nullif(left(v_details ->> 'destination', 200), '') ELSE b.destination END,
        vehicle_number = CASE WHEN v_details ? 'vehicle'
            THEN nullif(left(v_details ->> 'vehicle', 50), '') ELSE b.vehicle_number END,
        updated_at = p_now
    WHERE b.id = v_bill;
    IF v_capacity IS DISTINCT FROM (v_before ->> 'parent_bag_count')::integer AND v_capacity IS NOT NULL
       OR v_before ->> 'status' IS DISTINCT FROM station.known_bill_status(v_before ->> 'status', v_linked)
       OR (v_before ->> 'parent_bag_count')::integer >= 1 IS NOT TRUE
    THEN
        RETURN station.change_bill(e, v_bill, v_before ->> 'status', v_before, p_now);
    END IF;
    PERFORM station.audit_bill(e, v_bill, v_name, v_before, station.bill_snapshot(v_bill));
    a.bill_id := v_bill;
    a.bill := station.bill_fact(v_bill);
    RETURN a;
END
$$;

-- The bags that stood on it stay. What the web application keeps of returns from it goes with it, as there.
CREATE OR REPLACE FUNCTION station.act_delete_bill(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a         station.act_answer;
    v_name    text := e.bill;
    v_bill    integer := station.bill_named(v_name);
    v_before  jsonb;
    v_parents jsonb;
BEGIN
    IF NOT station.hold_bill(v_bill) THEN
        RETURN station.act_refused('bill_unknown', NULL, v_name);
    END IF;
    v_before := station.bill_snapshot(v_bill);
    IF v_before ->> 'status' = 'completed' THEN
        RETURN station.act_refused('bill_completed', v_bill, v_name);
    END IF;
    SELECT jsonb_agg(upper(p.qr_id) ORDER BY bb.id) INTO v_parents
    FROM public.bill_bag AS bb JOIN public.bag AS p ON p.id = bb.bag_id WHERE bb.bill_id = v_bill;
    DELETE FROM public.bill_bag WHERE bill_id = v_bill;
    DELETE FROM public.bill WHERE id = v_bill;
    PERFORM station.audit_bill(e, v_bill, v_name, v_before, NULL, jsonb_build_object('parents', v_parents));
    a.bill_id := v_bill;
    a.bill := coalesce(station.bill_fact(station.bill_named(v_name)), station.absent_bill(v_name));
    RETURN a;
END
$$;
