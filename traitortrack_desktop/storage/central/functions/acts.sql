-- Acts: entries that are more than packing. Corrections of bags (acts_bags.sql), work at bills (acts_bills.sql) and
-- at returns (acts_returns.sql). They are posted in the same message as packing, in the order of the journal.
--
-- A batch with an act in it is locked whole first, in the order of the locks (posting.sql), and then taken in runs:
-- packing entries as ever, each act by station.apply_act, which calls
--     station.act_<kind>(e station.batch_entry, p_now timestamp) RETURNS station.act_answer.
-- Such a function decides before it writes; what it refuses leaves nothing behind but what it tells the audit. What
-- it needs and is not locked yet it takes by station.take_bags, take_bills and hold_ticket, which never wait: what
-- somebody holds has the whole batch offered again (55P03). So no act is part of a deadlock.

CREATE OR REPLACE FUNCTION station.is_act(p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(p_kind IN (
        'move_children', 'replace_label', 'edit_children', 'delete_bag',
        'create_bill', 'attach_parent', 'detach_parent', 'complete_bill', 'reopen_bill', 'edit_bill', 'delete_bill',
        'open_return', 'return_bag', 'unreturn_bag', 'finalise_return', 'cancel_return'), false)
$$;

-- The list under a key of the payload: an empty one where there is none, or a longer one than any parent is.
CREATE OR REPLACE FUNCTION station.list_in(p_payload jsonb, p_key text) RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN jsonb_typeof(p_payload -> p_key) <> 'array' THEN '[]'
                WHEN jsonb_array_length(p_payload -> p_key) <= 1000 THEN p_payload -> p_key
                ELSE '[]' END
$$;

-- Whether an entry has lists that are none, or too long to be done.
CREATE OR REPLACE FUNCTION station.has_unusable_lists(p_payload jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(p_payload -> 'children' <> station.list_in(p_payload, 'children'), false)
        OR coalesce(p_payload -> 'removed' <> station.list_in(p_payload, 'removed'), false)
$$;

-- The codes of bags that an entry names, whatever its kind; each as it is looked up.
CREATE OR REPLACE FUNCTION station.codes_of(p_payload jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(array_agg(DISTINCT upper(named.code)), '{}')
    FROM (
        SELECT unnest(ARRAY[p_payload ->> 'parent', p_payload ->> 'child', p_payload ->> 'origin', p_payload ->> 'bag'])
        UNION ALL
        SELECT jsonb_array_elements_text(station.list_in(p_payload, 'children'))
        UNION ALL
        SELECT jsonb_array_elements_text(station.list_in(p_payload, 'removed'))
    ) AS named (code)
    WHERE named.code IS NOT NULL
$$;

-- A list of codes of the payload, each once, in its order.
CREATE OR REPLACE FUNCTION station.codes_in(p_list jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(array_agg(l.code ORDER BY l.place), '{}')
    FROM (
        SELECT upper(i.code) AS code, min(i.place) AS place
        FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(p_list) = 'array' THEN p_list ELSE '[]' END)
             WITH ORDINALITY AS i (code, place)
        WHERE i.code IS NOT NULL
        GROUP BY upper(i.code)
    ) AS l
$$;

-- The bag of a code; of two that differ only in case the older one.
CREATE OR REPLACE FUNCTION station.bag_named(p_code text) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT min(b.id) FROM (SELECT id FROM public.bag WHERE upper(qr_id) = upper(p_code) OFFSET 0) AS b
$$;

-- The same of many, by their places; NULL where there is none.
CREATE OR REPLACE FUNCTION station.bags_named(p_codes text[]) RETURNS integer[]
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(array_agg(station.bag_named(c.code) ORDER BY c.place), '{}')
    FROM unnest(p_codes) WITH ORDINALITY AS c (code, place)
$$;

-- The bills that bags are on, ascending.
CREATE OR REPLACE FUNCTION station.bills_of(p_bags integer[]) RETURNS integer[]
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(array_agg(DISTINCT bb.bill_id ORDER BY bb.bill_id), '{}')
    FROM unnest(p_bags) AS b (id)
    CROSS JOIN LATERAL (SELECT bill_id FROM public.bill_bag WHERE bag_id = b.id OFFSET 0) AS bb
$$;

-- The completed bill that a bag is on, by its code; NULL where there is none.
CREATE OR REPLACE FUNCTION station.settled_by(p_bag integer) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT upper(i.bill_id)
    FROM (SELECT bill_id FROM public.bill_bag WHERE bag_id = p_bag OFFSET 0) AS bb
    CROSS JOIN LATERAL (SELECT * FROM public.bill WHERE id = bb.bill_id OFFSET 0) AS i
    WHERE i.status = 'completed'
    ORDER BY i.id LIMIT 1
$$;

-- Locks bags without waiting. Whoever calls this reads them afterwards.
CREATE OR REPLACE FUNCTION station.take_bags(p_bags integer[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_bag integer;
BEGIN
    FOR v_bag IN SELECT DISTINCT id FROM unnest(p_bags) AS t (id) WHERE id IS NOT NULL ORDER BY id LOOP
        PERFORM 1 FROM public.bag WHERE id = v_bag FOR UPDATE NOWAIT;
    END LOOP;
END
$$;

-- The same of bills: the web application's keys, then the rows.
CREATE OR REPLACE FUNCTION station.take_bills(p_bills integer[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_bill bigint;
BEGIN
    FOR v_bill IN SELECT DISTINCT id FROM unnest(p_bills) AS t (id) WHERE id IS NOT NULL ORDER BY id LOOP
        IF NOT pg_try_advisory_xact_lock(100000 + v_bill) THEN
            RAISE EXCEPTION 'somebody holds a bill' USING ERRCODE = '55P03';
        END IF;
        PERFORM 1 FROM public.bill WHERE id = v_bill FOR UPDATE NOWAIT;
    END LOOP;
END
$$;

-- The entry that opened the return of an act; NULL where that is no number of one.
CREATE OR REPLACE FUNCTION station.opening_of(p_payload jsonb) RETURNS uuid
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_payload ->> 'ticket_entry' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                THEN (p_payload ->> 'ticket_entry')::uuid END
$$;

-- The returns that a batch's acts are about, ascending; NULL where there are none.
CREATE OR REPLACE FUNCTION station.tickets_named(p_entries jsonb) RETURNS integer[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_codes   text[];
    v_entries uuid[];
BEGIN
    SELECT array_agg(DISTINCT upper(load ->> 'ticket')) FILTER (WHERE load ->> 'ticket' IS NOT NULL),
           array_agg(DISTINCT station.opening_of(load)) FILTER (WHERE station.opening_of(load) IS NOT NULL)
    INTO v_codes, v_entries
    FROM (SELECT item -> 'payload' AS load FROM jsonb_array_elements(p_entries) AS given (item)) AS p
    WHERE station.is_act(load ->> 'kind') AND load ->> 'kind' <> 'open_return';
    IF v_codes IS NULL AND v_entries IS NULL OR to_regclass('public.return_ticket') IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT array_agg(DISTINCT t.id ORDER BY t.id) FROM (
            SELECT id FROM public.return_ticket WHERE upper(ticket_code) = ANY (v_codes)
            UNION ALL
            SELECT ticket_id FROM station.entry WHERE id = ANY (v_entries) AND ticket_id IS NOT NULL
        ) AS t (id));
END
$$;

-- Locks returns as lock_bills does bills.
CREATE OR REPLACE FUNCTION station.lock_tickets(p_tickets integer[], p_since timestamptz, p_most integer)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_since  timestamptz := p_since;
    v_ticket bigint;
BEGIN
    FOREACH v_ticket IN ARRAY coalesce(p_tickets, '{}') LOOP
        IF v_since IS NULL OR station.may_wait(v_since, p_most) THEN
            PERFORM pg_advisory_xact_lock(400000 + v_ticket);
        ELSIF NOT pg_try_advisory_xact_lock(400000 + v_ticket) THEN
            RAISE EXCEPTION 'somebody holds a return' USING ERRCODE = '55P03';
        END IF;
        v_since := coalesce(v_since, clock_timestamp());
    END LOOP;
    FOREACH v_ticket IN ARRAY coalesce(p_tickets, '{}') LOOP
        IF station.may_wait(v_since, p_most) THEN
            PERFORM 1 FROM public.return_ticket WHERE id = v_ticket FOR UPDATE;
        ELSE
            PERFORM 1 FROM public.return_ticket WHERE id = v_ticket FOR UPDATE NOWAIT;
        END IF;
    END LOOP;
    RETURN v_since;
END
$$;

-- Locks bags and the bills that they are on. A bill that a bag came onto meanwhile ends the posting.
CREATE OR REPLACE FUNCTION station.take_with_bills(p_bags integer[]) RETURNS integer[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_bills integer[] := station.bills_of(p_bags);
BEGIN
    PERFORM station.take_bills(v_bills);
    PERFORM station.take_bags(p_bags);
    IF NOT station.bills_of(p_bags) <@ v_bills THEN
        RAISE EXCEPTION 'the bills of a bag changed meanwhile' USING ERRCODE = '40001';
    END IF;
    RETURN v_bills;
END
$$;

-- A new bag, of a code that nobody has; a bag that appeared meanwhile ends the posting. No bag has an empty code.
CREATE OR REPLACE FUNCTION station.make_bag(
    p_code text, p_type text, p_maker integer, p_area text, p_now timestamp
) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    v_bag integer;
BEGIN
    IF p_code !~ '\S' THEN
        RAISE EXCEPTION 'a bag has no code' USING ERRCODE = '22023';
    END IF;
    PERFORM station.take_turns_making(ARRAY[p_code]);
    INSERT INTO public.bag (
        qr_id, type, name, child_count, weight_kg, status, user_id, dispatch_area, created_at, updated_at
    )
    VALUES (p_code, p_type, NULL, 0, 0, 'pending', p_maker, p_area, p_now, p_now)
    ON CONFLICT DO NOTHING
    RETURNING id INTO v_bag;
    IF v_bag IS NULL THEN
        PERFORM station.catch_up_numbers();
        RAISE EXCEPTION 'a bag appeared meanwhile' USING ERRCODE = '40001';
    END IF;
    RETURN v_bag;
END
$$;

-- How many child bags a parent takes by an entry: at least one, and never more than the site allows.
CREATE OR REPLACE FUNCTION station.capacity_of(p_capacity integer) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT greatest(1, least(p_capacity, (SELECT (value #>> '{}')::integer FROM station.setting WHERE name = 'capacity')))
$$;

-- Parents as they stand, by id, with the count that their rows have.
CREATE OR REPLACE FUNCTION station.parents_as_they_are(p_parents integer[]) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_object_agg(b.id, jsonb_build_object(
        'id', b.id, 'qr_id', upper(b.qr_id), 'status', coalesce(b.status, 'pending'),
        'child_count', (SELECT count(*) FROM public.link AS l WHERE l.parent_bag_id = b.id))), '{}')
    FROM public.bag AS b WHERE b.id = ANY (p_parents)
$$;

-- What every row of the audit says of an entry.
CREATE OR REPLACE FUNCTION station.audit_details(e station.batch_entry, p_more jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql IMMUTABLE
AS $$
    SELECT jsonb_strip_nulls(
        jsonb_build_object('username', e.operator, 'station', e.payload ->> 'station') || p_more)
$$;

-- Refreshes parents that an act put bags into or took them out of, and *p_bills*, and tells the audit what that came
-- to. *p_before*: the parents as they were (parents_as_they_are), *p_totals*: the bills (totals_of_bills).
CREATE OR REPLACE FUNCTION station.refresh_after_act(
    e station.batch_entry, p_parents integer[], p_reopened boolean[], p_bills integer[],
    p_before jsonb, p_totals jsonb, p_now timestamp
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_own   integer := station.bag_named(e.parent);
    v_after jsonb;
    v_row   record;
BEGIN
    PERFORM station.refresh_parents(
        p_parents,
        -- the entry says how many its own parent takes; of others only the site's capacity is known
        ARRAY(SELECT station.capacity_of(CASE WHEN id = v_own THEN e.capacity END)
              FROM unnest(p_parents) WITH ORDINALITY AS p (id, place) ORDER BY place),
        p_reopened,
        array_fill(e.operator_id, ARRAY[cardinality(p_parents)]), p_now);
    v_after := station.parents_as_they_are(p_parents);
    FOR v_row IN
        SELECT p.id, p_before -> p.id::text AS before, v_after -> p.id::text AS after
        FROM unnest(p_parents) AS p (id) ORDER BY p.id
    LOOP
        IF (v_row.before ->> 'status' = 'completed') <> (v_row.after ->> 'status' = 'completed') THEN
            PERFORM station.write_audit(
                e.operator_id,
                CASE WHEN v_row.after ->> 'status' = 'completed' THEN 'complete_parent' ELSE 'reopen_parent' END,
                'bag', v_row.id, station.audit_details(e, jsonb_build_object('parent', v_row.after ->> 'qr_id')),
                v_row.before, v_row.after, e.id);
        END IF;
    END LOOP;
    PERFORM station.refresh_bills(p_bills, p_now);
    v_after := station.totals_of_bills(p_bills);
    FOR v_row IN SELECT b.id FROM unnest(p_bills) AS b (id) ORDER BY b.id LOOP
        IF v_after -> v_row.id::text IS DISTINCT FROM p_totals -> v_row.id::text THEN
            PERFORM station.write_audit(
                e.operator_id, 'bill_weight_recalculated', 'bill', v_row.id,
                station.audit_details(e, jsonb_build_object('parent', e.parent)),
                p_totals -> v_row.id::text, v_after -> v_row.id::text, e.id);
        END IF;
    END LOOP;
END
$$;

-- A batch with acts in it: *p_acts* are their places. Everything that is there is locked first.
CREATE OR REPLACE FUNCTION station.apply_in_runs(
    p_device uuid, p_entries jsonb, p_acts integer[], p_since timestamptz
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_since    timestamptz := station.lock_in_order(p_entries, p_since);
    v_receipts jsonb := '[]';
    v_run      jsonb := '[]';
    v_row      record;
BEGIN
    -- What is held from here on may be waited for, although nothing that is there is locked.
    v_since := coalesce(v_since, clock_timestamp());
    FOR v_row IN SELECT * FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS given (item, place) ORDER BY place LOOP
        IF v_row.place <> ALL (p_acts) THEN
            v_run := v_run || jsonb_build_array(v_row.item);
            CONTINUE;
        END IF;
        IF v_run <> '[]' THEN
            v_receipts := v_receipts || station.apply_entries(p_device, v_run, v_since);
            v_run := '[]';
        END IF;
        v_receipts := v_receipts || jsonb_build_array(station.apply_act(p_device, v_row.item, v_since));
    END LOOP;
    IF v_run <> '[]' THEN
        v_receipts := v_receipts || station.apply_entries(p_device, v_run, v_since);
    END IF;
    RETURN v_receipts;
END
$$;

-- One act, and its receipt. *p_since*: since when this transaction holds locks.
CREATE OR REPLACE FUNCTION station.apply_act(p_device uuid, p_item jsonb, p_since timestamptz) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_now     timestamp := clock_timestamp() AT TIME ZONE 'UTC';
    e         station.batch_entry := (station.read_batch(p_device, jsonb_build_array(p_item), v_now))[1];
    a         station.act_answer;
    v_trouble text;
BEGIN
    IF e.repeated IS NOT NULL THEN
        RETURN station.apply_entries(p_device, jsonb_build_array(p_item), p_since) -> 0;
    END IF;
    PERFORM station.may_wait(p_since, 250);  -- an insertion waits for whoever inserts the same
    IF NOT station.role_may(e.operator_role, e.rights, station.operation_of(e.kind)) THEN
        a.reason := 'not_permitted';
    ELSIF station.has_unusable_lists(e.payload) THEN
        a.reason := 'centre_could_not_store';
    ELSIF to_regprocedure(format('station.act_%s(station.batch_entry, timestamp without time zone)', e.kind)) IS NULL THEN
        a.reason := 'centre_could_not_store';
    ELSE
        BEGIN
            EXECUTE format('SELECT * FROM station.%I($1, $2)', 'act_' || e.kind) INTO a USING e, v_now;
        EXCEPTION
            WHEN undefined_table OR undefined_column THEN
                -- Somebody changed the web application's tables since the upgrade. What needs no such table goes on.
                RETURN station.set_aside(p_device, p_item, SQLSTATE, SQLERRM) -> 0;
        END;
    END IF;
    IF a.reason IS NULL THEN
        v_trouble := CASE WHEN e.rights IS NOT NULL THEN station.session_trouble(e.session) END;
        IF v_trouble IS NOT NULL THEN
            UPDATE station.session SET noticed = v_trouble WHERE id = e.session AND noticed IS NULL;
            a.notice := CASE WHEN FOUND THEN v_trouble ELSE a.notice END;
        END IF;
    END IF;
    IF e.parent IS NOT NULL AND a.count IS NULL THEN
        SELECT (SELECT count(*) FROM public.link AS l WHERE l.parent_bag_id = b.id),
               coalesce(b.status = 'completed', false), b.id
        INTO a.count, a.completed, a.parent_id
        FROM public.bag AS b WHERE b.id = station.bag_named(e.parent) AND b.type = 'parent';
    END IF;
    IF a.reason IS NULL THEN
        PERFORM station.hold_after_act(p_device, e, a.parent_id, a.completed, v_now);
    END IF;
    INSERT INTO station.entry (
        id, device, epoch, seq, kind, verdict, code, parent, child, operator, operator_id, device_time,
        hash, previous_hash, payload, outcome, reason, child_count, completed, fact, parent_bag_id, child_bag_id,
        session, notice, bill, ticket, bill_id, ticket_id, answer
    )
    VALUES (
        e.id, p_device, e.epoch, e.seq, e.kind, e.verdict, e.code, e.parent, e.child, e.operator, e.operator_id,
        e.device_time, e.hash, e.previous_hash, e.payload, CASE WHEN a.reason IS NULL THEN 'posted' ELSE 'refused' END,
        a.reason, a.count, a.completed, a.fact, a.parent_id, a.child_id,
        e.session, a.notice, e.bill, coalesce(a.ticket, e.ticket), a.bill_id, a.ticket_id,
        nullif(jsonb_strip_nulls(jsonb_build_object('bill', a.bill, 'ticket', a.ticket)), '{}')
    );
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'seq', e.seq, 'outcome', CASE WHEN a.reason IS NULL THEN 'posted' ELSE 'refused' END, 'reason', a.reason,
        'count', a.count, 'completed', a.completed, 'fact', a.fact, 'notice', a.notice,
        'bill', a.bill, 'ticket', a.ticket));
END
$$;
