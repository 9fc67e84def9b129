-- Acts that correct bags: moving, a new label, an edited list, deleting. See acts.sql for what an act keeps to.
--
-- A child that an older fault has put into two parents is in the one of the older link. What moves it, or takes it
-- out by an edited list, leaves it in no other parent: a person has said where it is.

-- Why a parent takes no *p_bags* more, as posting judges it (posting.sql); NULL where it does.
CREATE OR REPLACE FUNCTION station.objection_to_parent(
    p_parent integer, p_bags integer, p_leaving integer, p_capacity integer, OUT reason text, OUT fact jsonb
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_type   text;
    v_status text;
    v_count  integer := (SELECT count(*) FROM public.link WHERE parent_bag_id = p_parent);
    v_bill   text := station.settled_by(p_parent);
BEGIN
    SELECT b.type, b.status INTO v_type, v_status FROM public.bag AS b WHERE b.id = p_parent;
    reason := CASE
        WHEN v_type = 'child' THEN 'parent_is_child'
        WHEN v_type <> 'parent' THEN 'unknown_bag_type'
        WHEN v_count - p_leaving + p_bags > p_capacity AND p_bags > 0 THEN 'parent_full'
        WHEN v_bill IS NOT NULL THEN 'parent_on_completed_bill'
        WHEN v_status = 'completed' AND p_leaving = 0 AND p_bags > 0 THEN 'parent_completed' END;
    fact := CASE WHEN reason IS NOT NULL THEN station.settled_fact(p_parent, v_bill) END;
END
$$;

-- What is known of a bag, with the completed bill that is in the way, if one is.
CREATE OR REPLACE FUNCTION station.settled_fact(p_bag integer, p_bill text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT station.bag_fact(p_bag) || CASE
        WHEN p_bill IS NOT NULL THEN jsonb_build_object('bill', p_bill, 'bill_completed', true) ELSE '{}' END
$$;

-- Every parent that children are in.
CREATE OR REPLACE FUNCTION station.parents_of(p_children integer[]) RETURNS integer[]
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(array_agg(DISTINCT l.parent_bag_id ORDER BY l.parent_bag_id), '{}')
    FROM unnest(p_children) AS c (id)
    CROSS JOIN LATERAL (SELECT parent_bag_id FROM public.link WHERE child_bag_id = c.id OFFSET 0) AS l
$$;

-- Links children to a parent, with what the audit and the history of scans say of it.
CREATE OR REPLACE FUNCTION station.link_children(
    e station.batch_entry, p_parent integer, p_children integer[], p_at timestamp
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_row    record;
    v_parent text := (SELECT upper(qr_id) FROM public.bag WHERE id = p_parent);
BEGIN
    FOR v_row IN
        WITH made AS (
            INSERT INTO public.link (parent_bag_id, child_bag_id, created_at)
            SELECT p_parent, c.id, p_at FROM unnest(p_children) AS c (id) ORDER BY c.id
            RETURNING id, child_bag_id
        )
        SELECT m.id, m.child_bag_id, upper(b.qr_id) AS code
        FROM made AS m JOIN public.bag AS b ON b.id = m.child_bag_id ORDER BY m.id
    LOOP
        PERFORM station.write_audit(
            e.operator_id, 'link_child', 'link', v_row.id,
            station.audit_details(e, jsonb_build_object('parent', v_parent, 'child', v_row.code)),
            NULL, station.link_as_it_is(v_row.id), e.id);
    END LOOP;
    INSERT INTO public.scan ("timestamp", parent_bag_id, child_bag_id, user_id)
    SELECT e.at, NULL, c.id, e.operator_id FROM unnest(p_children) WITH ORDINALITY AS c (id, place) ORDER BY c.place;
END
$$;

CREATE OR REPLACE FUNCTION station.link_as_it_is(p_link integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object('id', l.id, 'parent_bag_id', l.parent_bag_id, 'child_bag_id', l.child_bag_id,
                              'created_at', to_char(l.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.US'))
    FROM public.link AS l WHERE l.id = p_link
$$;

-- Takes children out of every parent that they are in, and tells the audit.
CREATE OR REPLACE FUNCTION station.unlink_children(e station.batch_entry, p_children integer[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_row record;
BEGIN
    FOR v_row IN
        SELECT l.id, upper(p.qr_id) AS parent, upper(c.qr_id) AS child, station.link_as_it_is(l.id) AS before
        FROM unnest(p_children) AS wanted (id)
        CROSS JOIN LATERAL (SELECT * FROM public.link WHERE child_bag_id = wanted.id OFFSET 0) AS l
        JOIN public.bag AS p ON p.id = l.parent_bag_id
        JOIN public.bag AS c ON c.id = l.child_bag_id
        ORDER BY l.id
    LOOP
        PERFORM station.write_audit(
            e.operator_id, 'unlink_child', 'link', v_row.id,
            station.audit_details(e, jsonb_build_object('parent', v_row.parent, 'child', v_row.child)),
            v_row.before, NULL, e.id);
    END LOOP;
    DELETE FROM public.link WHERE child_bag_id = ANY (p_children);
END
$$;

-- Children out of *origin*, or out of wherever each is, into *parent*: all of them or none. Where the entry says how
-- many were inside ("base_count") it opens the parent too, and makes it where nobody has it and nothing was inside.
CREATE OR REPLACE FUNCTION station.act_move_children(e station.batch_entry, p_now timestamp)
RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a          station.act_answer;
    v_codes    text[] := station.codes_in(e.payload -> 'children');
    v_origin   text := upper(e.payload ->> 'origin');
    v_opens    boolean := e.payload -> 'base_count' IS NOT NULL;
    v_target   integer := station.bag_named(e.parent);
    v_children integer[] := station.bags_named(v_codes);
    v_sources  integer[];
    v_bills    integer[];
    v_parents  integer[];
    v_before   jsonb;
    v_totals   jsonb;
    v_source   integer;
BEGIN
    IF e.parent IS NULL OR v_codes = '{}' THEN
        a.reason := 'centre_could_not_store';
        RETURN a;
    END IF;
    v_sources := station.parents_of(v_children);
    v_bills := station.take_with_bills(v_sources || v_target);
    PERFORM station.take_bags(v_children);
    IF station.bag_named(e.parent) IS DISTINCT FROM v_target OR station.bags_named(v_codes) <> v_children
       OR NOT station.parents_of(v_children) <@ v_sources THEN
        RAISE EXCEPTION 'a bag was moved meanwhile' USING ERRCODE = '40001';
    END IF;

    -- whether it can be done
    IF v_target IS NULL AND coalesce((e.payload ->> 'base_count')::integer, 0) > 0 THEN
        a.reason := 'parent_missing';
        RETURN a;
    ELSIF v_target IS NOT NULL THEN
        SELECT o.reason, o.fact INTO a.reason, a.fact
        FROM station.objection_to_parent(v_target, 0, 0, station.capacity_of(e.capacity)) AS o;
        IF a.reason IN ('parent_is_child', 'unknown_bag_type') THEN
            RETURN a;
        END IF;
    END IF;
    SELECT o.reason, o.fact INTO a.reason, a.fact
    FROM station.objection_to_moving(v_codes, v_origin, e.parent, v_target, true) AS o;
    IF a.reason IS NOT NULL THEN
        RETURN a;
    END IF;
    SELECT o.reason, o.fact INTO a.reason, a.fact
    FROM station.objection_to_parent(v_target, cardinality(v_codes), 0, station.capacity_of(e.capacity)) AS o;
    IF a.reason IS NOT NULL THEN
        a.fact := CASE WHEN v_target IS NULL THEN station.parent_fact(e.parent, 0, false) ELSE a.fact END;
        RETURN a;
    END IF;
    SELECT o.reason, o.fact INTO a.reason, a.fact
    FROM station.objection_to_moving(v_codes, v_origin, e.parent, v_target, false) AS o;
    IF a.reason IS NOT NULL THEN
        RETURN a;
    END IF;
    FOREACH v_source IN ARRAY v_sources LOOP
        IF station.settled_by(v_source) IS NOT NULL THEN
            a.reason := 'parent_on_completed_bill';
            a.fact := station.settled_fact(v_source, station.settled_by(v_source));
            RETURN a;
        END IF;
    END LOOP;

    -- and so it is done
    IF v_target IS NULL THEN
        v_target := station.make_bag(e.parent, 'parent', e.operator_id, e.area, p_now);
        v_opens := true;
    END IF;
    v_parents := array_remove(v_sources, v_target) || v_target;
    v_before := station.parents_as_they_are(v_parents);
    v_totals := station.totals_of_bills(v_bills);
    PERFORM station.unlink_children(e, v_children);
    IF v_opens THEN
        INSERT INTO public.scan ("timestamp", parent_bag_id, child_bag_id, user_id)
        VALUES (e.at, v_target, NULL, e.operator_id);
    END IF;
    PERFORM station.link_children(e, v_target, v_children, p_now);
    UPDATE public.bag AS b SET dispatch_area = t.dispatch_area, updated_at = p_now
    FROM public.bag AS t
    WHERE t.id = v_target AND b.id = ANY (v_children) AND b.dispatch_area IS DISTINCT FROM t.dispatch_area;
    PERFORM station.refresh_after_act(
        e, v_parents, array_fill(true, ARRAY[cardinality(v_parents) - 1]) || false, v_bills, v_before, v_totals, p_now);

    a.parent_id := v_target;
    a.child_id := CASE WHEN cardinality(v_children) = 1 THEN v_children[1] END;
    SELECT b.child_count, coalesce(b.status = 'completed', false) INTO a.count, a.completed
    FROM public.bag AS b WHERE b.id = v_target;
    RETURN a;
END
$$;

-- Why one of the children cannot be moved: the first that is in the way. *p_there*: only whether it is there already,
-- which is looked at before the parent is.
CREATE OR REPLACE FUNCTION station.objection_to_moving(
    p_codes text[], p_origin text, p_parent text, p_target integer, p_there boolean, OUT reason text, OUT fact jsonb
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_code text;
    v_bag  record;
BEGIN
    FOREACH v_code IN ARRAY p_codes LOOP
        SELECT b.id, b.type, l.parent_bag_id AS inside, (SELECT upper(qr_id) FROM public.bag WHERE id = l.parent_bag_id) AS home
        INTO v_bag
        FROM (SELECT * FROM public.bag WHERE id = station.bag_named(v_code) OFFSET 0) AS b
        LEFT JOIN LATERAL (SELECT * FROM public.link WHERE child_bag_id = b.id OFFSET 0) AS l ON true
        ORDER BY l.id LIMIT 1;
        reason := CASE
            WHEN p_there THEN CASE WHEN v_code = p_parent THEN 'same_as_parent'
                                   WHEN v_bag.inside = p_target THEN 'already_in_this_parent' END
            WHEN v_bag.id IS NULL THEN 'bag_unknown'
            WHEN v_bag.type = 'parent' THEN 'child_is_parent'
            WHEN v_bag.type <> 'child' THEN 'unknown_bag_type'
            WHEN p_origin IS NOT NULL AND v_bag.inside IS NULL THEN 'child_not_in_parent'
            WHEN v_bag.home <> p_origin THEN 'child_in_other_parent' END;
        IF reason IS NOT NULL THEN
            fact := CASE WHEN v_bag.id IS NOT NULL THEN station.bag_fact(v_bag.id)
                         ELSE jsonb_build_object('code', v_code, 'from_centre', true) END;
            RETURN;
        END IF;
    END LOOP;
END
$$;

-- The bag called *bag* is called *parent*, or *child*, from now on. It stays the same bag, wherever it is.
CREATE OR REPLACE FUNCTION station.act_replace_label(e station.batch_entry, p_now timestamp)
RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a        station.act_answer;
    v_label  text := coalesce(e.parent, e.child);
    v_bag    integer := station.bag_named(e.payload ->> 'bag');
    v_taken  integer := station.bag_named(v_label);
    v_bills  integer[];
    v_totals jsonb;
    v_old    record;
BEGIN
    IF e.payload ->> 'bag' IS NULL OR (v_label ~ '\S' AND length(v_label) <= 255) IS NOT TRUE THEN
        a.reason := 'centre_could_not_store';
        RETURN a;
    END IF;
    v_bills := station.take_with_bills(ARRAY[v_bag]);
    SELECT * INTO v_old FROM public.bag WHERE id = v_bag AND upper(qr_id) = upper(e.payload ->> 'bag');
    IF v_old.id IS NULL AND v_bag IS NOT NULL THEN
        RAISE EXCEPTION 'a bag went meanwhile' USING ERRCODE = '40001';
    END IF;
    a.reason := CASE
        WHEN v_bag IS NULL THEN 'bag_unknown'
        WHEN v_old.type NOT IN ('parent', 'child') THEN 'unknown_bag_type'
        WHEN (v_old.type = 'parent') <> (e.parent IS NOT NULL) THEN 'label_of_other_kind'
        WHEN v_taken IS NOT NULL THEN 'label_in_use' END;
    IF a.reason IS NOT NULL THEN
        a.fact := CASE WHEN a.reason = 'label_in_use' THEN station.bag_fact(v_taken)
                       WHEN v_bag IS NOT NULL THEN station.bag_fact(v_bag)
                       ELSE jsonb_build_object('code', upper(e.payload ->> 'bag'), 'from_centre', true) END;
        RETURN a;
    END IF;
    v_totals := station.totals_of_bills(v_bills);
    PERFORM station.take_turns_making(ARRAY[v_label]);
    BEGIN
        UPDATE public.bag SET qr_id = v_label, updated_at = p_now WHERE id = v_bag;
    EXCEPTION
        WHEN unique_violation THEN
            RAISE EXCEPTION 'a bag appeared meanwhile' USING ERRCODE = '40001';
    END;
    PERFORM station.write_audit(
        e.operator_id, 'replace_label', 'bag', v_bag,
        station.audit_details(e, jsonb_build_object('bag', upper(v_old.qr_id), 'label', v_label)),
        jsonb_build_object('id', v_bag, 'qr_id', v_old.qr_id, 'type', v_old.type),
        jsonb_build_object('id', v_bag, 'qr_id', v_label, 'type', v_old.type), e.id);
    -- What is expected of a parent stands in its code.
    PERFORM station.refresh_after_act(e, '{}', '{}', v_bills, '{}', v_totals, p_now);
    IF v_old.type = 'child' THEN
        a.child_id := v_bag;
        a.parent_id := (SELECT min(parent_bag_id) FROM public.link WHERE child_bag_id = v_bag);
    ELSE
        a.parent_id := v_bag;
    END IF;
    RETURN a;
END
$$;

-- *removed* out of *parent*, and *children* into it, all of it or nothing; each as a single entry would do it.
CREATE OR REPLACE FUNCTION station.act_edit_children(e station.batch_entry, p_now timestamp)
RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a          station.act_answer;
    v_added    text[] := station.codes_in(e.payload -> 'children');
    v_removed  text[] := station.codes_in(e.payload -> 'removed');
    v_parent   integer := station.bag_named(e.parent);
    v_leaving  integer[] := station.bags_named(v_removed);
    v_coming   integer[] := station.bags_named(v_added);
    v_others   integer[];
    v_bills    integer[];
    v_parents  integer[];
    v_before   jsonb;
    v_totals   jsonb;
    v_area     text;
    v_place    integer;
BEGIN
    IF e.parent IS NULL OR v_added = '{}' AND v_removed = '{}' OR v_added && v_removed THEN
        a.reason := 'centre_could_not_store';
        RETURN a;
    ELSIF v_parent IS NULL THEN
        a.reason := 'parent_missing';
        RETURN a;
    END IF;
    v_others := array_remove(station.parents_of(v_leaving), v_parent);
    v_bills := station.take_with_bills(v_others || v_parent);
    PERFORM station.take_bags(v_leaving || v_coming);
    IF station.bag_named(e.parent) IS DISTINCT FROM v_parent
       OR station.bags_named(v_removed) <> v_leaving OR station.bags_named(v_added) <> v_coming
       OR NOT station.parents_of(v_leaving) <@ (v_others || v_parent) THEN
        RAISE EXCEPTION 'a bag was moved meanwhile' USING ERRCODE = '40001';
    END IF;

    SELECT o.reason, o.fact INTO a.reason, a.fact FROM station.objection_to_parent(
        v_parent, cardinality(v_added), cardinality(v_removed), station.capacity_of(e.capacity)) AS o;
    IF a.reason IN ('parent_is_child', 'unknown_bag_type') THEN
        RETURN a;
    END IF;
    IF a.reason IS NULL THEN
        SELECT o.reason, o.fact INTO a.reason, a.fact
        FROM station.objection_to_list(v_removed, v_added, e.parent, v_parent) AS o;
    END IF;
    IF a.reason IS NOT NULL THEN
        RETURN a;
    END IF;

    v_parents := v_others || v_parent;
    v_before := station.parents_as_they_are(v_parents);
    v_totals := station.totals_of_bills(v_bills);
    PERFORM station.unlink_children(e, v_leaving);
    DELETE FROM public.scan WHERE child_bag_id = ANY (v_leaving) OR parent_bag_id = ANY (v_leaving);
    DELETE FROM public.bag WHERE id = ANY (v_leaving);
    v_area := (SELECT dispatch_area FROM public.bag WHERE id = v_parent);
    FOR v_place IN SELECT place FROM unnest(v_added) WITH ORDINALITY AS c (code, place) ORDER BY code COLLATE "C" LOOP
        v_coming[v_place] := coalesce(
            v_coming[v_place], station.make_bag(v_added[v_place], 'child', e.operator_id, v_area, p_now));
    END LOOP;
    PERFORM station.link_children(e, v_parent, v_coming, p_now);
    PERFORM station.refresh_after_act(
        e, v_parents, array_fill(true, ARRAY[cardinality(v_others)]) || (v_removed <> '{}'),
        v_bills, v_before, v_totals, p_now);

    a.parent_id := v_parent;
    SELECT b.child_count, coalesce(b.status = 'completed', false) INTO a.count, a.completed
    FROM public.bag AS b WHERE b.id = v_parent;
    RETURN a;
END
$$;

-- Why an edited list cannot be: the first bag that is in the way, those that are taken out first.
CREATE OR REPLACE FUNCTION station.objection_to_list(
    p_removed text[], p_added text[], p_code text, p_parent integer, OUT reason text, OUT fact jsonb
)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_row record;
BEGIN
    FOR v_row IN
        SELECT w.code, w.leaves, b.id, b.type, l.inside
        FROM (
            SELECT code, true AS leaves, place FROM unnest(p_removed) WITH ORDINALITY AS r (code, place)
            UNION ALL
            SELECT code, false, place + 1000 FROM unnest(p_added) WITH ORDINALITY AS a (code, place)
        ) AS w
        LEFT JOIN LATERAL (SELECT * FROM public.bag WHERE id = station.bag_named(w.code) OFFSET 0) AS b ON true
        LEFT JOIN LATERAL (
            SELECT parent_bag_id AS inside FROM (SELECT * FROM public.link WHERE child_bag_id = b.id OFFSET 0) AS k
            ORDER BY k.id LIMIT 1
        ) AS l ON true
        ORDER BY w.place
    LOOP
        reason := CASE
            WHEN v_row.leaves THEN CASE
                WHEN (v_row.type = 'child' AND v_row.inside = p_parent) IS NOT TRUE THEN 'child_not_in_parent' END
            WHEN v_row.code = p_code THEN 'same_as_parent'
            WHEN v_row.inside = p_parent THEN 'already_in_this_parent'
            WHEN v_row.type = 'parent' THEN 'child_is_parent'
            WHEN v_row.inside IS NOT NULL THEN 'child_in_other_parent'
            WHEN v_row.type <> 'child' THEN 'unknown_bag_type' END;
        IF reason IS NOT NULL THEN
            fact := CASE WHEN v_row.id IS NOT NULL THEN station.bag_fact(v_row.id)
                         ELSE jsonb_build_object('code', v_row.code, 'from_centre', true) END;
            RETURN;
        END IF;
    END LOOP;
END
$$;

-- A bag that is in nothing and has nothing in it goes, with its scans. The web application's rule, kept strictly:
-- and also not one that stands on a return, whose figures would be false without it.
CREATE OR REPLACE FUNCTION station.act_delete_bag(e station.batch_entry, p_now timestamp)
RETURNS station.act_answer
LANGUAGE plpgsql
AS $$
DECLARE
    a        station.act_answer;
    v_bag    integer := station.bag_named(e.payload ->> 'bag');
    v_before jsonb;
BEGIN
    IF e.payload ->> 'bag' IS NULL THEN
        a.reason := 'centre_could_not_store';
        RETURN a;
    ELSIF v_bag IS NULL THEN
        a.reason := 'bag_unknown';
        a.fact := jsonb_build_object('code', upper(e.payload ->> 'bag'), 'from_centre', true);
        RETURN a;
    ELSIF NOT pg_try_advisory_xact_lock(200000 + v_bag::bigint) THEN
        RAISE EXCEPTION 'somebody deletes the bag' USING ERRCODE = '55P03';
    END IF;
    PERFORM station.take_bags(ARRAY[v_bag]);
    SELECT to_jsonb(b) INTO v_before FROM public.bag AS b
    WHERE b.id = v_bag AND upper(b.qr_id) = upper(e.payload ->> 'bag');
    IF v_before IS NULL THEN
        RAISE EXCEPTION 'a bag went meanwhile' USING ERRCODE = '40001';
    END IF;
    a.reason := CASE
        WHEN EXISTS (SELECT FROM public.bill_bag WHERE bag_id = v_bag) THEN 'bag_on_bill'
        WHEN EXISTS (SELECT FROM public.link WHERE parent_bag_id = v_bag) THEN 'parent_has_children'
        WHEN EXISTS (SELECT FROM public.link WHERE child_bag_id = v_bag) THEN 'child_has_parent'
        WHEN EXISTS (SELECT FROM public.return_ticket_bag WHERE bag_id = v_bag) THEN 'bag_was_returned' END;
    IF a.reason IS NOT NULL THEN
        a.fact := station.bag_fact(v_bag);
        PERFORM station.write_audit(
            e.operator_id, 'delete_bag_prevented', 'bag', v_bag,
            station.audit_details(e, jsonb_build_object('bag', v_before ->> 'qr_id', 'reason', a.reason)),
            NULL, NULL, e.id);
        RETURN a;
    END IF;
    DELETE FROM public.scan WHERE parent_bag_id = v_bag OR child_bag_id = v_bag;
    DELETE FROM public.bag WHERE id = v_bag;
    PERFORM station.write_audit(
        e.operator_id, 'delete_bag', 'bag', v_bag,
        station.audit_details(e, jsonb_build_object('bag', v_before ->> 'qr_id', 'type', v_before ->> 'type')),
        v_before, NULL, e.id);
    RETURN a;
END
$$;
