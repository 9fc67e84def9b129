-- Finding: what the centre says of a code, to whoever is signed in at a station. finding_lists.sql has the lists.
--
-- Nothing is locked and nothing written. Every question is answered from an index, whatever the number of bags: the
-- settings forbid the plans that a session makes over tables that were still empty, and OFFSET 0 keeps a plan at
-- the index of what is asked about, where another one would give the order for nothing and read all rows. The
-- indexes of the station's own are those of finding_indexes.py.
--
-- Codes are compared byte by byte, by those indexes: then what begins alike stands together, which no
-- language's order promises. Of two bags, or bills, whose codes differ only in case the older one counts.
--
-- SQLSTATEs: TT001 and TT002 of station.own_device; TT006 the session is nobody's at this station, or has ended.

-- Whose session it is. A badge's counts as a dispatcher's (functions/roles.sql).
CREATE OR REPLACE FUNCTION station.asker(
    p_device uuid, p_session uuid, OUT username text, OUT role text, OUT rights text, OUT area text
)
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM station.see_what_is_committed();
    PERFORM station.own_device(p_device);
    SELECT u.username, u.role, s.rights, nullif(u.dispatch_area, '') INTO username, role, rights, area
    FROM (SELECT * FROM station.session AS one WHERE one.id = p_session OFFSET 0) AS s
    CROSS JOIN LATERAL (SELECT * FROM public."user" AS one WHERE one.id = s.user_id OFFSET 0) AS u
    WHERE s.device = p_device AND s.ended_at IS NULL AND u.verified
      AND NOT station.is_somebody_else(u.username, u.created_at, s.username, s.started_at);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not the session of somebody signed in' USING ERRCODE = 'TT006';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION station.require_operation(p_role text, p_rights text, p_operation text) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT station.role_may(p_role, p_rights, p_operation) THEN
        RAISE EXCEPTION 'this needs the right to %', p_operation USING ERRCODE = 'TT006';
    END IF;
END
$$;

-- What stands behind every text that begins with *p_text*.
CREATE OR REPLACE FUNCTION station.behind_all(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT p_text || chr(CASE WHEN getdatabaseencoding() = 'UTF8' THEN 1114111 ELSE 255 END)
$$;

-- Codes that an entry names elsewhere than in its own columns. An index holds them: see finding_indexes.py.
CREATE OR REPLACE FUNCTION station.named_besides(p_payload jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(array_agg(DISTINCT upper(named.code)) FILTER (WHERE named.code IS NOT NULL), '{}')
    FROM (
        SELECT p_payload ->> 'origin' AS code
        UNION ALL SELECT p_payload ->> 'bag'
        UNION ALL SELECT jsonb_array_elements_text(p_payload -> 'children')
                  WHERE jsonb_typeof(p_payload -> 'children') = 'array'
        UNION ALL SELECT jsonb_array_elements_text(p_payload -> 'removed')
                  WHERE jsonb_typeof(p_payload -> 'removed') = 'array'
    ) AS named
$$;

CREATE OR REPLACE FUNCTION station.bag_called(p_code text) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT min(b.id) FROM (SELECT id FROM public.bag WHERE upper(qr_id) COLLATE "C" = p_code OFFSET 0) AS b
$$;

CREATE OR REPLACE FUNCTION station.bill_called(p_code text) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT min(b.id) FROM (SELECT id FROM public.bill WHERE upper(bill_id) COLLATE "C" = p_code OFFSET 0) AS b
$$;

CREATE OR REPLACE FUNCTION station.user_called(p_id integer) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT u.username FROM public."user" AS u WHERE u.id = p_id
$$;

CREATE OR REPLACE FUNCTION station.moment_now() RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT station.utc_text(statement_timestamp() AT TIME ZONE 'UTC')
$$;

-- ---------------------------------------------------------------- bags

-- The parent that a child is in, and since when; none where it is in none.
CREATE OR REPLACE FUNCTION station.place_of(p_child integer, OUT parent_id integer, OUT since timestamp)
LANGUAGE sql STABLE
AS $$
    SELECT l.parent_bag_id, l.created_at
    FROM (SELECT * FROM public.link AS k WHERE k.child_bag_id = p_child OFFSET 0) AS l
    ORDER BY l.id LIMIT 1
$$;

-- The bill that a parent is on: the first of several.
CREATE OR REPLACE FUNCTION station.bill_under(p_parent integer) RETURNS integer
LANGUAGE sql STABLE
AS $$
    SELECT min(bb.bill_id) FROM (SELECT bill_id FROM public.bill_bag WHERE bag_id = p_parent OFFSET 0) AS bb
$$;

-- Who put a child where it is since *p_since*: by the ledger, who packed it, or moved it since; else by its last scan.
CREATE OR REPLACE FUNCTION station.put_in_by(p_child integer, p_since timestamp) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT e.operator
         FROM (SELECT * FROM station.entry AS k
               WHERE k.child_bag_id = p_child AND k.kind = 'add_child' AND k.outcome = 'posted' OFFSET 0) AS e
         WHERE (p_since > e.received_at AT TIME ZONE 'UTC') IS NOT TRUE
         ORDER BY e.received_at DESC, e.seq DESC LIMIT 1),
        (SELECT e.operator
         FROM (SELECT * FROM station.entry AS k
               WHERE k.kind IN ('move_children', 'edit_children', 'replace_label', 'delete_bag')
                 AND station.named_besides(k.payload) @> ARRAY(
                     SELECT upper(c.qr_id) FROM public.bag AS c WHERE c.id = p_child) OFFSET 0) AS e
         WHERE e.kind IN ('move_children', 'edit_children') AND e.outcome = 'posted'
           AND (p_since > e.received_at AT TIME ZONE 'UTC') IS NOT TRUE
         ORDER BY e.received_at DESC, e.seq DESC LIMIT 1),
        (SELECT station.user_called(s.user_id)
         FROM (SELECT * FROM public.scan AS k WHERE k.child_bag_id = p_child OFFSET 0) AS s
         WHERE s.user_id IS NOT NULL
         ORDER BY s."timestamp" DESC NULLS LAST, s.id DESC LIMIT 1))
$$;

-- At which station a bag was scanned; the web application's rows do not say it, the ledger's entry of the
-- same moment does.
CREATE OR REPLACE FUNCTION station.scanned_at(p_code text, p_kind text, p_at timestamp) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT e.payload ->> 'station'
    FROM (
        (SELECT k.payload, k.device_time FROM station.entry AS k
         WHERE k.child = p_code AND p_kind <> 'parent' ORDER BY k.received_at DESC LIMIT 300)
        UNION ALL
        (SELECT k.payload, k.device_time FROM station.entry AS k
         WHERE k.parent = p_code AND p_kind = 'parent' ORDER BY k.received_at DESC LIMIT 300)
    ) AS e
    WHERE e.device_time AT TIME ZONE 'UTC' = p_at
    LIMIT 1
$$;

CREATE OR REPLACE FUNCTION station.last_scans(p_bag integer, p_code text, p_kind text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'at', station.utc_text(last."timestamp"), 'by', station.user_called(last.user_id),
        'station', station.scanned_at(p_code, p_kind, last."timestamp"),
        'parent', (SELECT upper(p.qr_id) FROM public.bag AS p WHERE p.id = last.parent_bag_id),
        'child', (SELECT upper(c.qr_id) FROM public.bag AS c WHERE c.id = last.child_bag_id)
    ) ORDER BY last."timestamp" DESC NULLS LAST, last.id DESC), '[]')
    FROM (
        SELECT both_ways.* FROM (
            SELECT * FROM (SELECT * FROM public.scan AS k WHERE k.child_bag_id = p_bag OFFSET 0) AS as_child
            UNION
            SELECT * FROM (SELECT * FROM public.scan AS k WHERE k.parent_bag_id = p_bag OFFSET 0) AS as_parent
        ) AS both_ways
        ORDER BY both_ways."timestamp" DESC NULLS LAST, both_ways.id DESC LIMIT 5
    ) AS last
$$;

-- At most 500: a parent that holds more is a fault, and its count says so.
CREATE OR REPLACE FUNCTION station.children_of(p_parent integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'code', (SELECT upper(c.qr_id) FROM public.bag AS c WHERE c.id = inside.child_bag_id),
        'since', station.utc_text(inside.created_at), 'by', station.put_in_by(inside.child_bag_id, inside.created_at)
    ) ORDER BY inside.id), '[]')
    FROM (
        SELECT l.* FROM (SELECT * FROM public.link AS k WHERE k.parent_bag_id = p_parent OFFSET 0) AS l
        ORDER BY l.id LIMIT 500
    ) AS inside
$$;

CREATE OR REPLACE FUNCTION station.found_bag(p_bag integer) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_bag    record;
    v_place  record;
    v_parent integer;
    v_bill   jsonb;
BEGIN
    SELECT b.*, upper(b.qr_id) AS code INTO v_bag FROM public.bag AS b WHERE b.id = p_bag;
    SELECT * INTO v_place FROM station.place_of(p_bag);
    v_parent := CASE WHEN v_bag.type = 'parent' THEN p_bag ELSE v_place.parent_id END;
    v_bill := station.found_bill_fact(station.bill_under(v_parent));
    RETURN jsonb_build_object(
        'fact', jsonb_strip_nulls(jsonb_build_object(
            'code', v_bag.code, 'kind', v_bag.type,
            'parent', (SELECT upper(p.qr_id) FROM public.bag AS p WHERE p.id = v_place.parent_id),
            'since', station.utc_text(v_place.since),
            'by', CASE WHEN v_place.parent_id IS NOT NULL THEN station.put_in_by(p_bag, v_place.since) END,
            'count', CASE WHEN v_bag.type = 'parent' THEN
                (SELECT count(*) FROM public.link AS k WHERE k.parent_bag_id = p_bag) END,
            'completed', CASE WHEN v_bag.type = 'parent' AND v_bag.status = 'completed' THEN true END,
            'bill', CASE WHEN v_bag.type = 'parent' THEN v_bill ->> 'code' END,
            'bill_completed', CASE WHEN v_bag.type = 'parent' AND v_bill ->> 'status' = 'completed' THEN true END,
            'holder', CASE WHEN v_bag.type = 'parent' THEN station.holder_of(p_bag) END,
            'as_of', station.moment_now(), 'from_centre', true)),
        'area', v_bag.dispatch_area, 'made_at', station.utc_text(v_bag.created_at),
        'owner', station.user_called(v_bag.user_id),
        'weight_kg', CASE WHEN v_bag.weight_kg < 1e9 THEN v_bag.weight_kg END,
        'parent_bill', v_bill,
        'children', station.children_of(p_bag),
        'scans', station.last_scans(p_bag, v_bag.code, v_bag.type),
        'called_before', station.called_before(v_bag.code));
END
$$;

-- What the bag that is called *p_code* was called before, newest first: labels were replaced one after another.
CREATE OR REPLACE FUNCTION station.earlier_names(p_code text)
RETURNS TABLE (code text, until timestamptz)
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_code  text := p_code;
    v_until timestamptz := 'infinity';
BEGIN
    FOR k IN 1 .. 10 LOOP
        SELECT upper(e.payload ->> 'bag'), e.received_at INTO v_code, v_until
        FROM (
            SELECT * FROM (SELECT * FROM station.entry AS n WHERE n.parent = v_code AND n.received_at < v_until OFFSET 0)
                AS as_parent WHERE as_parent.kind = 'replace_label'
            UNION ALL
            SELECT * FROM (SELECT * FROM station.entry AS n WHERE n.child = v_code AND n.received_at < v_until OFFSET 0)
                AS as_child WHERE as_child.kind = 'replace_label'
        ) AS e
        WHERE e.outcome = 'posted'
        ORDER BY e.received_at DESC LIMIT 1;
        EXIT WHEN v_code IS NULL;
        code := v_code;
        until := v_until;
        RETURN NEXT;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION station.called_before(p_code text) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_agg(n.code ORDER BY n.until DESC), '[]') FROM station.earlier_names(p_code) AS n
$$;

-- What the bag that was called *p_code* is called now; NULL where no label says.
CREATE OR REPLACE FUNCTION station.called_now(p_code text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_next text;
    v_now  text;
    v_at   timestamptz := '-infinity';
BEGIN
    FOR k IN 1 .. 10 LOOP
        SELECT coalesce(e.parent, e.child), e.received_at INTO v_next, v_at
        FROM station.entry AS e
        WHERE e.kind IN ('move_children', 'edit_children', 'replace_label', 'delete_bag')
          AND station.named_besides(e.payload) @> ARRAY[coalesce(v_now, p_code)]
          AND e.kind = 'replace_label' AND e.outcome = 'posted' AND e.received_at > v_at
        ORDER BY e.received_at DESC LIMIT 1;
        EXIT WHEN v_next IS NULL;
        v_now := v_next;
    END LOOP;
    RETURN v_now;
END
$$;

-- ---------------------------------------------------------------- bills and returns

-- Totals are counted: stored ones may be of before a late child, or of another rule.
CREATE OR REPLACE FUNCTION station.found_bill_fact(p_bill integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', b.bill_id, 'status', coalesce(b.status, 'new'), 'capacity', b.parent_bag_count,
        'linked', t.parents, 'children', t.children, 'expected_kg', t.expected,
        'destination', b.destination, 'vehicle', b.vehicle_number,
        'as_of', station.moment_now(), 'from_centre', true))
    FROM public.bill AS b
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS parents, coalesce(sum(p.children), 0)::integer AS children,
               coalesce(sum(p.expected), 0)::integer AS expected
        FROM (
            SELECT (SELECT count(*) FROM public.link AS l WHERE l.parent_bag_id = bb.bag_id) AS children,
                   (SELECT CASE WHEN p.qr_id ~* '^M[0-9]{3,4}-[0-9]+' THEN 15 ELSE 30 END
                    FROM public.bag AS p WHERE p.id = bb.bag_id) AS expected
            FROM (SELECT bag_id FROM public.bill_bag WHERE bill_id = b.id OFFSET 0) AS bb
        ) AS p
    ) AS t
    WHERE b.id = p_bill
$$;

-- Whoever put a parent onto it without the ledger is not known.
CREATE OR REPLACE FUNCTION station.found_bill(p_bill integer) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_bill record;
    v_put  jsonb;
BEGIN
    SELECT * INTO v_bill FROM public.bill AS b WHERE b.id = p_bill;
    SELECT jsonb_object_agg(last.parent, last.operator) INTO v_put
    FROM (
        SELECT DISTINCT ON (e.parent) e.parent, e.operator
        FROM (SELECT * FROM station.entry AS n
              WHERE n.bill IS NOT NULL AND upper(n.bill) = upper(v_bill.bill_id)
              ORDER BY n.received_at DESC LIMIT 2000) AS e
        WHERE e.kind = 'attach_parent' AND e.outcome = 'posted' AND e.parent IS NOT NULL
        ORDER BY e.parent, e.received_at DESC
    ) AS last;
    RETURN jsonb_build_object(
        'fact', station.found_bill_fact(p_bill), 'description', nullif(v_bill.description, ''),
        'made_at', station.utc_text(v_bill.created_at), 'by', station.user_called(v_bill.created_by_id),
        'parents', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'code', p.code, 'since', station.utc_text(p.created_at), 'by', v_put ->> p.code,
                'count', (SELECT count(*) FROM public.link AS l WHERE l.parent_bag_id = p.bag_id)
            ) ORDER BY p.id), '[]')
            FROM (
                SELECT bb.*, (SELECT upper(k.qr_id) FROM public.bag AS k WHERE k.id = bb.bag_id) AS code
                FROM (SELECT * FROM public.bill_bag AS one WHERE one.bill_id = p_bill OFFSET 0) AS bb
                ORDER BY bb.id LIMIT 1000
            ) AS p));
END
$$;

CREATE OR REPLACE FUNCTION station.found_ticket_fact(p_ticket integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', t.ticket_code, 'status', coalesce(t.status, 'open'), 'area', t.cf_location,
        'bags', n.bags, 'kilograms', n.kilograms, 'as_of', station.moment_now(), 'from_centre', true))
    FROM public.return_ticket AS t
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS bags,
               coalesce(sum(coalesce(r.child_count_at_return, round(r.weight_at_return_kg::numeric), 0)), 0)::integer
                   AS kilograms
        FROM (SELECT * FROM public.return_ticket_bag AS one WHERE one.return_ticket_id = t.id OFFSET 0) AS r
    ) AS n
    WHERE t.id = p_ticket
$$;

CREATE OR REPLACE FUNCTION station.found_ticket(p_ticket integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'fact', station.found_ticket_fact(p_ticket), 'notes', nullif(t.notes, ''),
        'made_at', station.utc_text(t.created_at), 'finalised_at', station.utc_text(t.finalized_at),
        'by', station.user_called(t.created_by_id),
        'parents', (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                'code', (SELECT upper(b.qr_id) FROM public.bag AS b WHERE b.id = r.bag_id),
                'count', r.child_count_at_return, 'since', station.utc_text(r.scanned_at),
                'by', station.user_called(r.scanned_by_id),
                'bill', (SELECT i.bill_id FROM public.bill AS i WHERE i.id = r.original_bill_id)
            ) ORDER BY r.id), '[]')
            FROM (SELECT * FROM public.return_ticket_bag AS one WHERE one.return_ticket_id = p_ticket OFFSET 0) AS r))
    FROM public.return_ticket AS t
    WHERE t.id = p_ticket
$$;

-- ---------------------------------------------------------------- what a part of a code may mean

-- At most 20: bills and returns, then bags that begin with it, then bags that end with it.
CREATE OR REPLACE FUNCTION station.suggestions(p_text text, p_returns boolean) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('code', s.code, 'kind', s.kind, 'under', s.under) ORDER BY s.place, s.code),
                    '[]')
    FROM (
        SELECT * FROM (
            (SELECT 1 AS place, b.bill_id::text AS code, 'bill' AS kind, NULL::text AS under FROM public.bill AS b
             WHERE upper(b.bill_id) COLLATE "C" > p_text AND upper(b.bill_id) COLLATE "C" < station.behind_all(p_text)
             ORDER BY upper(b.bill_id) COLLATE "C" LIMIT 5)
            UNION ALL
            (SELECT 2, t.ticket_code::text, 'ticket', NULL FROM public.return_ticket AS t
             WHERE p_returns AND t.ticket_code LIKE 'RTN-%' AND starts_with(upper(t.ticket_code), p_text)
               AND p_text LIKE 'RTN-%' ORDER BY t.id DESC LIMIT 5)
            UNION ALL
            SELECT h.place, upper(h.qr_id), h.type, station.bag_is_under(h.id, h.type)
            FROM (
                SELECT DISTINCT ON (e.id) e.* FROM (
                    (SELECT 3 AS place, b.id, b.qr_id, b.type::text FROM public.bag AS b
                     WHERE upper(b.qr_id) COLLATE "C" > p_text AND upper(b.qr_id) COLLATE "C" < station.behind_all(p_text)
                     ORDER BY upper(b.qr_id) COLLATE "C" LIMIT 20)
                    UNION ALL
                    (SELECT 4, b.id, b.qr_id, b.type FROM public.bag AS b
                     WHERE length(p_text) >= 4
                       AND reverse(upper(b.qr_id)) COLLATE "C" > reverse(p_text)
                       AND reverse(upper(b.qr_id)) COLLATE "C" < station.behind_all(reverse(p_text))
                     ORDER BY reverse(upper(b.qr_id)) COLLATE "C" LIMIT 20)
                ) AS e ORDER BY e.id, e.place
            ) AS h
        ) AS every
        ORDER BY every.place, every.code LIMIT 20
    ) AS s
$$;

CREATE OR REPLACE FUNCTION station.bag_is_under(p_bag integer, p_type text) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_type = 'parent'
        THEN (SELECT i.bill_id FROM public.bill AS i WHERE i.id = station.bill_under(p_bag))
        ELSE (SELECT upper(p.qr_id) FROM public.bag AS p
              WHERE p.id = (SELECT o.parent_id FROM station.place_of(p_bag) AS o)) END
$$;

-- ---------------------------------------------------------------- what stations call

-- Returns {"bag"} or {"bill"} or {"ticket"} or {"suggestions"}, "as_of", and "new_code" where the label *p_text* was
-- replaced: then "bag" is the one that is called so now. Of returns only to whoever may work at them.
CREATE OR REPLACE FUNCTION station.find_code(p_device uuid, p_session uuid, p_text text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
DECLARE
    v_asker record := station.asker(p_device, p_session);
BEGIN
    RETURN station.found(
        upper(btrim(p_text)), station.role_may(v_asker.role, v_asker.rights, 'returns'));
END
$$;

-- One statement's view of it all: what is found fits together.
CREATE OR REPLACE FUNCTION station.found(p_code text, p_returns boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_bag  integer := station.bag_called(p_code);
    v_bill integer;
    v_new  text;
    v_seen jsonb := jsonb_build_object('as_of', station.moment_now());
BEGIN
    IF v_bag IS NOT NULL THEN
        RETURN v_seen || jsonb_build_object('bag', station.found_bag(v_bag));
    END IF;
    v_bill := station.bill_called(p_code);
    IF v_bill IS NOT NULL THEN
        RETURN v_seen || jsonb_build_object('bill', station.found_bill(v_bill));
    END IF;
    v_bill := (SELECT t.id FROM public.return_ticket AS t WHERE t.ticket_code = p_code AND p_returns);
    IF v_bill IS NOT NULL THEN
        RETURN v_seen || jsonb_build_object('ticket', station.found_ticket(v_bill));
    END IF;
    v_new := station.called_now(p_code);
    IF v_new IS NOT NULL THEN
        v_bag := station.bag_called(v_new);
        RETURN v_seen || jsonb_build_object('new_code', v_new)
               || CASE WHEN v_bag IS NOT NULL THEN jsonb_build_object('bag', station.found_bag(v_bag)) ELSE '{}' END;
    ELSIF length(p_code) >= 3 THEN
        RETURN v_seen || jsonb_build_object('suggestions', station.suggestions(p_code, p_returns));
    END IF;
    RETURN v_seen;
END
$$;

-- The ledger about a code, newest first: {"lines", "before", "as_of"}. p_before: the cursor that a page before gave.
-- What was said of the bag under an earlier label belongs to it, up to when that was replaced.
CREATE OR REPLACE FUNCTION station.find_history(p_device uuid, p_session uuid, p_code text, p_before text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
BEGIN
    PERFORM station.asker(p_device, p_session);
    RETURN station.history_page(upper(btrim(p_code)), p_before, 50);
END
$$;

-- Each way in which an entry may name a code is read in its own order from its own index, no further than a page.
CREATE OR REPLACE FUNCTION station.history_page(p_code text, p_before text, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_at    timestamptz := coalesce(split_part(p_before, '|', 1), 'infinity');
    v_id    uuid := coalesce(split_part(p_before, '|', 2), 'ffffffff-ffff-ffff-ffff-ffffffffffff');
    v_page  station.entry[];
    v_lines jsonb := '[]';
    e       station.entry;
BEGIN
    SELECT array_agg(ROW(p.*)::station.entry ORDER BY p.received_at DESC, p.id DESC) INTO v_page FROM (
        SELECT DISTINCT ON (every.received_at, every.id) every.* FROM (
            SELECT p_code AS code, 'infinity'::timestamptz AS until
            UNION ALL SELECT n.code, n.until FROM station.earlier_names(p_code) AS n
        ) AS name
        CROSS JOIN LATERAL (
            (SELECT n.* FROM station.entry AS n
             WHERE n.parent = name.code AND (n.received_at, n.id) < (v_at, v_id) AND n.received_at <= name.until
             ORDER BY n.received_at DESC, n.id DESC LIMIT p_limit + 1)
            UNION ALL
            (SELECT n.* FROM station.entry AS n
             WHERE n.child = name.code AND (n.received_at, n.id) < (v_at, v_id) AND n.received_at <= name.until
             ORDER BY n.received_at DESC, n.id DESC LIMIT p_limit + 1)
            UNION ALL
            (SELECT n.* FROM station.entry AS n
             WHERE upper(n.code) = name.code AND n.code IS DISTINCT FROM n.parent AND n.code IS DISTINCT FROM n.child
               AND (n.received_at, n.id) < (v_at, v_id) AND n.received_at <= name.until
             ORDER BY n.received_at DESC, n.id DESC LIMIT p_limit + 1)
            UNION ALL
            (SELECT n.* FROM station.entry AS n
             WHERE n.bill IS NOT NULL AND upper(n.bill) = name.code
               AND (n.received_at, n.id) < (v_at, v_id) AND n.received_at <= name.until
             ORDER BY n.received_at DESC, n.id DESC LIMIT p_limit + 1)
            UNION ALL
            (SELECT n.* FROM station.entry AS n
             WHERE n.ticket IS NOT NULL AND upper(n.ticket) = name.code
               AND (n.received_at, n.id) < (v_at, v_id) AND n.received_at <= name.until
             ORDER BY n.received_at DESC, n.id DESC LIMIT p_limit + 1)
            UNION ALL
            (SELECT n.* FROM (
                SELECT * FROM station.entry AS named
                WHERE named.kind IN ('move_children', 'edit_children', 'replace_label', 'delete_bag')
                  AND station.named_besides(named.payload) @> ARRAY[name.code] OFFSET 0) AS n
             WHERE (n.received_at, n.id) < (v_at, v_id) AND n.received_at <= name.until
             ORDER BY n.received_at DESC, n.id DESC LIMIT p_limit + 1)
        ) AS every
        ORDER BY every.received_at DESC, every.id DESC LIMIT p_limit + 1
    ) AS p;
    FOR k IN 1 .. least(p_limit, coalesce(cardinality(v_page), 0)) LOOP
        e := v_page[k];
        v_lines := v_lines || jsonb_strip_nulls(jsonb_build_object(
            'at', coalesce(station.utc_text(e.device_time AT TIME ZONE 'UTC'),
                           station.utc_text(e.received_at AT TIME ZONE 'UTC')),
            'kind', e.kind, 'code', e.code, 'by', e.operator, 'station', e.payload ->> 'station',
            'parent', e.parent, 'child', e.child, 'bill', e.bill, 'ticket', e.ticket,
            'origin', e.payload ->> 'origin', 'bag', e.payload ->> 'bag', 'outcome', e.outcome, 'reason', e.reason,
            'seq', e.seq));
    END LOOP;
    RETURN jsonb_build_object(
        'lines', v_lines, 'as_of', station.moment_now(),
        'before', CASE WHEN cardinality(v_page) > p_limit
                       THEN to_char((v_page[p_limit]).received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00|"')
                            || (v_page[p_limit]).id END);
END
$$;
