-- Returns: opened, parents taken back from their bills, finalised and cancelled, as the entries of stations say.
--
-- Called by station.apply_act, as the functions of acts_bills.sql are, and no lock is waited for here either. The
-- key of a return (400000 + id) comes before those of bills. A return's figures are counted from its rows.

-- The return that an entry is about: the one that an entry of this station opened, whatever code that got here, or
-- the one of a code.
CREATE OR REPLACE FUNCTION station.ticket_of(p_payload jsonb) RETURNS integer
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_ticket integer;
BEGIN
    IF station.opening_of(p_payload) IS NOT NULL THEN
        SELECT o.ticket_id INTO v_ticket
        FROM (SELECT * FROM station.entry WHERE id = station.opening_of(p_payload) OFFSET 0) AS o
        WHERE o.kind = 'open_return' AND o.device = (p_payload ->> 'device')::uuid;
        IF FOUND THEN
            RETURN v_ticket;
        END IF;
    END IF;
    SELECT min(t.id) INTO v_ticket
    FROM (SELECT id FROM public.return_ticket WHERE ticket_code = upper(p_payload ->> 'ticket') OFFSET 0) AS t;
    RETURN v_ticket;
END
$$;

-- Holds a return without waiting; its status, NULL when it is not there. Without one it is open.
CREATE OR REPLACE FUNCTION station.hold_ticket(p_ticket integer) RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_status text;
BEGIN
    IF p_ticket IS NULL THEN
        RETURN NULL;
    ELSIF NOT pg_try_advisory_xact_lock(400000 + p_ticket::bigint) THEN
        RAISE EXCEPTION 'somebody holds a return' USING ERRCODE = '55P03';
    END IF;
    SELECT coalesce(status, 'open') INTO v_status FROM public.return_ticket WHERE id = p_ticket FOR UPDATE NOWAIT;
    RETURN v_status;
END
$$;

-- A return as its row stands, for the audit.
CREATE OR REPLACE FUNCTION station.ticket_snapshot(p_ticket integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'id', t.id, 'ticket_code', t.ticket_code, 'cf_location', t.cf_location, 'status', t.status,
        'bags_scanned_count', t.bags_scanned_count, 'total_weight_returned_kg', t.total_weight_returned_kg,
        'notes', t.notes, 'created_by_id', t.created_by_id,
        'created_at', to_char(t.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        'finalized_at', to_char(t.finalized_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'))
    FROM public.return_ticket AS t WHERE t.id = p_ticket
$$;

-- Writes a return's figures from its rows, and its status.
CREATE OR REPLACE FUNCTION station.settle_ticket(
    p_ticket integer, p_status text, p_now timestamp, p_finalised timestamp DEFAULT NULL
) RETURNS void
LANGUAGE sql
AS $$
    UPDATE public.return_ticket AS t
    SET bags_scanned_count = n.bags,
        total_weight_returned_kg = n.kilograms,
        status = p_status,
        finalized_at = coalesce(p_finalised, t.finalized_at),
        updated_at = p_now
    FROM (SELECT count(*)::integer AS bags, coalesce(sum(weight_at_return_kg), 0) AS kilograms
          FROM public.return_ticket_bag WHERE return_ticket_id = p_ticket) AS n
    WHERE t.id = p_ticket
$$;

CREATE OR REPLACE FUNCTION station.audit_ticket(
    e station.batch_entry, p_ticket integer, p_before jsonb, p_more jsonb DEFAULT '{}'
) RETURNS void
LANGUAGE sql
AS $$
    SELECT station.write_audit(
        e.operator_id, e.kind, 'return_ticket', p_ticket,
        jsonb_strip_nulls(jsonb_build_object(
            'username', e.operator, 'station', e.payload ->> 'station',
            'ticket', (SELECT ticket_code FROM public.return_ticket WHERE id = p_ticket), 'parent', e.parent) || p_more),
        p_before, station.ticket_snapshot(p_ticket), e.id)
$$;

-- A refusal about a return, with what is known of the bag.
CREATE OR REPLACE FUNCTION station.return_refused(
    p_reason text, p_ticket integer, p_bag integer DEFAULT NULL, p_but integer DEFAULT NULL
) RETURNS station.act_answer
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    a station.act_answer;
BEGIN
    a.reason := p_reason;
    a.ticket_id := p_ticket;
    IF p_bag IS NOT NULL THEN
        a.fact := station.billed_fact(p_bag, p_but);
        a := station.with_parent(a, p_bag);
    END IF;
    RETURN a;
END
$$;

-- Why nothing can be done at a return, NULL when something can.
CREATE OR REPLACE FUNCTION station.no_open_ticket(p_status text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_status IS NULL THEN 'ticket_unknown' WHEN p_status <> 'open' THEN 'ticket_closed' END
$$;

-- Its code is the station's, as long as nobody has that; then another one of the same day, and the answer says it.
CREATE OR REPLACE FUNCTION station.act_open_return(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a        station.act_answer;
    v_wanted text := upper(e.payload ->> 'ticket');
    v_area   text := lower(coalesce(e.payload ->> 'area', e.area));
    v_code   text;
BEGIN
    IF (v_area = ANY (station.dispatch_areas())) IS NOT TRUE THEN
        a.reason := 'where_returned';
        RETURN a;
    END IF;
    v_code := CASE WHEN v_wanted ~ '^RTN-[0-9]{8}-[0-9A-F]{4,37}$' THEN v_wanted END;
    FOR v_try IN 1 .. 50 LOOP
        v_code := coalesce(v_code, 'RTN-' || to_char(e.at, 'YYYYMMDD') || '-' || upper(substr(
            md5(gen_random_uuid()::text), 1, CASE WHEN v_try < 20 THEN 4 ELSE 8 END)));
        INSERT INTO public.return_ticket (
            ticket_code, cf_location, status, bags_scanned_count, total_weight_returned_kg, notes, created_by_id,
            created_at, updated_at
        )
        SELECT v_code, v_area, 'open', 0, 0, coalesce(left(e.payload ->> 'notes', 500), ''), e.operator_id, e.at, p_now
        WHERE NOT EXISTS (SELECT FROM public.return_ticket WHERE ticket_code = v_code)
        ON CONFLICT DO NOTHING
        RETURNING id INTO a.ticket_id;
        EXIT WHEN a.ticket_id IS NOT NULL;
        v_code := NULL;
    END LOOP;
    IF a.ticket_id IS NULL THEN
        PERFORM station.catch_up_numbers();
        RAISE EXCEPTION 'no code was free for a return' USING ERRCODE = '40001';
    END IF;
    PERFORM station.hold_ticket(a.ticket_id);
    PERFORM station.audit_ticket(e, a.ticket_id, NULL);
    a.ticket := CASE WHEN v_code IS DISTINCT FROM v_wanted THEN v_code END;
    RETURN a;
END
$$;

-- Writes down that a bag came off a bill, or back onto it, with the bill's figures before; after is as they are now.
CREATE OR REPLACE FUNCTION station.note_return(
    e station.batch_entry, p_ticket integer, p_bill integer, p_bag integer, p_before jsonb, p_reason text
) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO public.bill_return_event (
        bill_id, return_ticket_id, bag_id, bag_qr_id, previous_linked_count, new_linked_count, previous_weight_kg,
        new_weight_kg, previous_child_count, new_child_count, removed_by_id, removed_at, reason
    )
    SELECT p_bill, p_ticket, p_bag, e.parent, (p_before ->> 'linked')::integer, b.linked_parent_count,
           (p_before ->> 'children')::integer, b.total_weight_kg, (p_before ->> 'children')::integer, b.total_child_bags,
           e.operator_id, e.at, p_reason
    FROM public.bill AS b WHERE b.id = p_bill
$$;

-- Takes a parent off its bill: the older one, should it be on two. A bill that is completed stays that.
CREATE OR REPLACE FUNCTION station.act_return_bag(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a         station.act_answer;
    v_ticket  integer := station.ticket_of(e.payload);
    v_reason  text := station.no_open_ticket(station.hold_ticket(v_ticket));
    v_bag     record;
    v_row     record;
    v_figures jsonb;
    v_before  jsonb;
    v_was     jsonb;
BEGIN
    IF v_reason IS NOT NULL THEN
        RETURN station.return_refused(v_reason, v_ticket);
    END IF;
    -- The bill before the bag; what came in between is tried anew.
    SELECT bb.id, bb.bill_id INTO v_row
    FROM (SELECT id FROM public.bag WHERE upper(qr_id) = e.parent OFFSET 0) AS b
    JOIN public.bill_bag AS bb ON bb.bag_id = b.id ORDER BY b.id, bb.id LIMIT 1;
    PERFORM station.hold_bill(v_row.bill_id);
    v_bag := station.hold_bag(e.parent);
    IF v_row.id IS DISTINCT FROM (SELECT min(id) FROM public.bill_bag WHERE bag_id = v_bag.id) THEN
        RAISE EXCEPTION 'the bills of a bag changed meanwhile' USING ERRCODE = '40001';
    END IF;
    v_reason := CASE
        WHEN v_bag.id IS NULL THEN 'parent_missing'
        WHEN station.no_parent(v_bag.type) IS NOT NULL THEN station.no_parent(v_bag.type)
        WHEN EXISTS (SELECT FROM public.return_ticket_bag WHERE return_ticket_id = v_ticket AND bag_id = v_bag.id)
        THEN 'already_returned'
        WHEN v_row.id IS NULL THEN 'parent_not_billed' END;
    IF v_reason IS NOT NULL THEN
        RETURN station.return_refused(v_reason, v_ticket, v_bag.id);
    END IF;

    v_was := station.ticket_snapshot(v_ticket);
    v_before := station.bill_snapshot(v_row.bill_id);
    v_figures := station.bill_fact(v_row.bill_id);
    a := station.with_parent(a, v_bag.id);
    DELETE FROM public.bill_bag WHERE id = v_row.id;
    PERFORM station.settle_bill(v_row.bill_id, v_before ->> 'status', p_now);
    INSERT INTO public.return_ticket_bag (
        return_ticket_id, bag_id, original_bill_id, weight_at_return_kg, child_count_at_return, scanned_by_id, scanned_at
    )
    VALUES (v_ticket, v_bag.id, v_row.bill_id, a.count, a.count, e.operator_id, e.at)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        PERFORM station.catch_up_numbers();
        RAISE EXCEPTION 'a return changed meanwhile' USING ERRCODE = '40001';
    END IF;
    PERFORM station.note_return(e, v_ticket, v_row.bill_id, v_bag.id, v_figures, 'IPT Return');
    PERFORM station.settle_ticket(v_ticket, 'open', p_now);
    PERFORM station.audit_ticket(e, v_ticket, v_was, jsonb_build_object('bill', v_before ->> 'bill_id'));
    PERFORM station.audit_bill(e, v_row.bill_id, v_before ->> 'bill_id', v_before, station.bill_snapshot(v_row.bill_id));
    a.ticket_id := v_ticket;
    a.bill_id := v_row.bill_id;
    a.bill := station.bill_fact(v_row.bill_id);
    RETURN a;
END
$$;

-- Takes a parent off a return and puts it back on the bill that it came from, which may be completed: it is as it
-- was then. Off the return alone where somebody put it on that bill already.
CREATE OR REPLACE FUNCTION station.act_unreturn_bag(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a         station.act_answer;
    v_ticket  integer := station.ticket_of(e.payload);
    v_reason  text := station.no_open_ticket(station.hold_ticket(v_ticket));
    v_row     record;
    v_bag     record;
    v_linked  integer;
    v_figures jsonb;
    v_before  jsonb;
    v_was     jsonb;
    v_bills   integer[];
    v_there   boolean;
BEGIN
    IF v_reason IS NOT NULL THEN
        RETURN station.return_refused(v_reason, v_ticket);
    END IF;
    SELECT rb.id, rb.original_bill_id AS bill INTO v_row
    FROM (SELECT id FROM public.bag WHERE upper(qr_id) = e.parent OFFSET 0) AS b
    JOIN public.return_ticket_bag AS rb ON rb.bag_id = b.id AND rb.return_ticket_id = v_ticket
    ORDER BY b.id LIMIT 1;
    v_there := station.hold_bill(v_row.bill);
    v_bag := station.hold_bag(e.parent);
    v_bills := ARRAY(SELECT bill_id FROM public.bill_bag WHERE bag_id = v_bag.id ORDER BY bill_id);
    v_before := station.bill_snapshot(v_row.bill);
    v_linked := station.count_on_bill(v_row.bill);
    v_reason := CASE
        WHEN station.no_parent(v_bag.type) IS NOT NULL THEN station.no_parent(v_bag.type)
        WHEN v_bag.id IS NULL OR v_row.id IS NULL THEN 'not_returned'
        WHEN NOT v_there THEN 'bill_unknown'
        WHEN v_row.bill = ANY (v_bills) THEN NULL
        WHEN v_bills <> '{}' THEN 'parent_on_other_bill'
        WHEN v_linked >= station.places_on_bill((v_before ->> 'parent_bag_count')::integer, v_linked) THEN 'bill_full' END;
    IF v_reason IS NOT NULL THEN
        a := station.return_refused(v_reason, v_ticket, v_bag.id, v_row.bill);
        a.bill := station.bill_fact(CASE WHEN v_reason = 'parent_on_other_bill' THEN v_bills[1] ELSE v_row.bill END);
        RETURN a;
    END IF;

    v_was := station.ticket_snapshot(v_ticket);
    v_figures := station.bill_fact(v_row.bill);
    DELETE FROM public.return_ticket_bag WHERE id = v_row.id;
    IF v_row.bill <> ALL (v_bills) THEN
        PERFORM station.put_on_bill(v_row.bill, v_bag.id, e.at);
        PERFORM station.settle_bill(
            v_row.bill, CASE WHEN v_before ->> 'status' = 'completed' THEN 'completed' ELSE 'processing' END, p_now);
    END IF;
    PERFORM station.note_return(e, v_ticket, v_row.bill, v_bag.id, v_figures, 'Return undone');
    PERFORM station.settle_ticket(v_ticket, 'open', p_now);
    PERFORM station.audit_ticket(e, v_ticket, v_was, jsonb_build_object('bill', v_before ->> 'bill_id'));
    PERFORM station.audit_bill(e, v_row.bill, v_before ->> 'bill_id', v_before, station.bill_snapshot(v_row.bill));
    a.ticket_id := v_ticket;
    a.bill_id := v_row.bill;
    a.bill := station.bill_fact(v_row.bill);
    RETURN station.with_parent(a, v_bag.id);
END
$$;

-- What is the same for both ends of a return.
CREATE OR REPLACE FUNCTION station.end_return(e station.batch_entry, p_status text, p_now timestamp) RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a        station.act_answer;
    v_ticket integer := station.ticket_of(e.payload);
    v_reason text := station.no_open_ticket(station.hold_ticket(v_ticket));
    v_was    jsonb;
BEGIN
    IF v_reason IS NULL AND p_status = 'committed'
       AND NOT EXISTS (SELECT FROM public.return_ticket_bag WHERE return_ticket_id = v_ticket) THEN
        v_reason := 'ticket_empty';
    END IF;
    IF v_reason IS NOT NULL THEN
        RETURN station.return_refused(v_reason, v_ticket);
    END IF;
    v_was := station.ticket_snapshot(v_ticket);
    PERFORM station.settle_ticket(v_ticket, p_status, p_now, CASE WHEN p_status = 'committed' THEN e.at END);
    PERFORM station.audit_ticket(e, v_ticket, v_was);
    a.ticket_id := v_ticket;
    RETURN a;
END
$$;

CREATE OR REPLACE FUNCTION station.act_finalise_return(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE sql
AS $$
    SELECT station.end_return(e, 'committed', p_now)
$$;

-- The bags stay off their bills, as at the web application.
CREATE OR REPLACE FUNCTION station.act_cancel_return(e station.batch_entry, p_now timestamp) RETURNS station.act_answer
LANGUAGE sql
AS $$
    SELECT station.end_return(e, 'cancelled', p_now)
$$;
