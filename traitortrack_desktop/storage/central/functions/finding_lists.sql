-- Lists of bags, bills and returns, page by page, to whoever is signed in at a station. See finding.sql.
--
-- A page goes on from the last row of the one before (keyset), so its depth costs nothing and rows that come in
-- meanwhile move nothing. It looks at a bounded number of rows. When what it may look at is over before the page
-- is full, it answers what it has and the cursor to go on from: a page that is short, even empty, is the last one
-- only where it has no cursor. Rows are read in the order that an index gives: before a table was looked at by the
-- server, sorting all of it seems cheaper.

-- Bags, newest first: {"bags", "after", "area", "as_of"}. p_filter: text, kind, since and until (UTC moments), linked,
-- billed, by, never_scanned, area. Who counts as a dispatcher sees the own depot's alone, and nothing without
-- one: "area" is then that depot, or empty.
CREATE OR REPLACE FUNCTION station.find_bags(p_device uuid, p_session uuid, p_filter jsonb, p_after text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off
AS $$
DECLARE
    v_asker record := station.asker(p_device, p_session);
    v_own   text := CASE WHEN NOT station.role_may(v_asker.role, v_asker.rights, 'manage_bills')
                         THEN coalesce(v_asker.area, '') END;
    v_area  text := nullif(p_filter ->> 'area', '');
BEGIN
    IF v_own = '' OR v_own <> v_area THEN
        RETURN jsonb_build_object('bags', '[]'::jsonb, 'area', v_own, 'as_of', station.moment_now());
    END IF;
    RETURN station.bags_page(
        jsonb_strip_nulls(p_filter || jsonb_build_object('area', coalesce(v_own, v_area))), p_after, 50
    ) || jsonb_build_object('area', v_own, 'as_of', station.moment_now());
END
$$;

-- The few bags that a filter leaves, by the index of what it names: NULL where it leaves more than *p_most*, or
-- names nothing that an index knows.
CREATE OR REPLACE FUNCTION station.few_bags(p_filter jsonb, p_text text, p_user integer, p_most integer) RETURNS integer[]
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    v_ids integer[];
BEGIN
    IF p_text <> '' THEN
        v_ids := ARRAY(
            (SELECT b.id FROM public.bag AS b
             WHERE upper(b.qr_id) COLLATE "C" >= p_text AND upper(b.qr_id) COLLATE "C" < station.behind_all(p_text)
             LIMIT p_most + 1)
            UNION
            (SELECT b.id FROM public.bag AS b
             WHERE length(p_text) >= 4
               AND reverse(upper(b.qr_id)) COLLATE "C" >= reverse(p_text)
               AND reverse(upper(b.qr_id)) COLLATE "C" < station.behind_all(reverse(p_text))
             LIMIT p_most + 1));
        IF cardinality(v_ids) <= p_most THEN
            RETURN v_ids;
        END IF;
    END IF;
    IF p_user IS NOT NULL THEN
        v_ids := ARRAY(SELECT b.id FROM public.bag AS b WHERE b.user_id = p_user LIMIT p_most + 1);
        IF cardinality(v_ids) <= p_most THEN
            RETURN v_ids;
        END IF;
    END IF;
    IF p_filter ->> 'area' IS NOT NULL THEN
        v_ids := ARRAY(SELECT b.id FROM public.bag AS b WHERE b.dispatch_area = p_filter ->> 'area' LIMIT p_most + 1);
        IF cardinality(v_ids) <= p_most THEN
            RETURN v_ids;
        END IF;
    END IF;
    RETURN NULL;
END
$$;

-- The conditions of a filter on the bag *b*, as SQL: $1 the filter, $2 the text, $3 the user. OFFSET 0 keeps each
-- question at the one bag: made into a list it would be all links.
CREATE OR REPLACE FUNCTION station.bag_conditions(p_filter jsonb, p_text text, p_user integer) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT concat_ws(' ', 'true',
        CASE WHEN p_text <> '' THEN
            'AND (starts_with(upper(b.qr_id), $2)'
            ' OR length($2) >= 4 AND right(upper(b.qr_id), length($2)) = $2)' END,
        CASE p_filter ->> 'kind' WHEN 'other' THEN 'AND b.type NOT IN (''parent'', ''child'')'
            ELSE CASE WHEN p_filter ->> 'kind' IS NOT NULL THEN 'AND b.type = $1 ->> ''kind''' END END,
        CASE WHEN p_filter ->> 'area' IS NOT NULL THEN 'AND b.dispatch_area = $1 ->> ''area''' END,
        CASE WHEN p_user IS NOT NULL THEN 'AND b.user_id = $3' END,
        CASE WHEN p_filter ->> 'since' IS NOT NULL THEN
            'AND b.created_at >= ($1 ->> ''since'')::timestamptz AT TIME ZONE ''UTC''' END,
        CASE WHEN p_filter ->> 'until' IS NOT NULL THEN
            'AND b.created_at < ($1 ->> ''until'')::timestamptz AT TIME ZONE ''UTC''' END,
        CASE WHEN p_filter ->> 'linked' IS NOT NULL THEN concat_ws(' ',
            'AND', CASE WHEN NOT (p_filter ->> 'linked')::boolean THEN 'NOT' END, '(CASE WHEN b.type = ''parent''',
            'THEN EXISTS (SELECT FROM public.link AS l WHERE l.parent_bag_id = b.id OFFSET 0)',
            'ELSE EXISTS (SELECT FROM public.link AS l WHERE l.child_bag_id = b.id OFFSET 0) END)') END,
        CASE WHEN p_filter ->> 'billed' IS NOT NULL THEN concat_ws(' ',
            'AND', CASE WHEN NOT (p_filter ->> 'billed')::boolean THEN 'NOT' END,
            'EXISTS (SELECT FROM public.bill_bag AS i WHERE i.bag_id = CASE WHEN b.type = ''parent'' THEN b.id',
            'ELSE (SELECT o.parent_id FROM station.place_of(b.id) AS o) END OFFSET 0)') END,
        CASE WHEN (p_filter ->> 'never_scanned')::boolean THEN
            'AND NOT EXISTS (SELECT FROM public.scan AS s WHERE s.child_bag_id = b.id OFFSET 0)'
            ' AND NOT EXISTS (SELECT FROM public.scan AS s WHERE s.parent_bag_id = b.id OFFSET 0)' END)
$$;

-- Three ways through the bags: the few that an index names; else by the day they were made, where days are asked
-- for; else by number. p_after: "number" of the last bag looked at, or "number|moment" of the second way.
CREATE OR REPLACE FUNCTION station.bags_page(p_filter jsonb, p_after text, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    c_few      constant integer := 10000;
    v_text     text := upper(btrim(coalesce(p_filter ->> 'text', '')));
    v_by       text := nullif(p_filter ->> 'by', '');
    v_user     integer := (SELECT min(u.id) FROM public."user" AS u WHERE u.username = v_by);
    v_probed   boolean := p_filter ?| '{linked,billed}' OR coalesce((p_filter ->> 'never_scanned')::boolean, false);
    v_most     integer := CASE WHEN v_probed THEN 15000 ELSE 50000 END;
    v_id       integer := coalesce(split_part(p_after, '|', 1), '2147483647')::integer;
    v_at       timestamp := coalesce(nullif(split_part(p_after, '|', 2), ''), 'infinity')::timestamp;
    v_days     boolean := p_filter ?| '{since,until}';
    v_few      integer[];
    v_source   text;
    v_order    text := CASE WHEN v_days THEN 'b.created_at DESC, b.id DESC' ELSE 'b.id DESC' END;
    v_page     integer[];
    v_moments  timestamp[];
    v_last     integer;
    v_moment   timestamp;
    v_is_first boolean := p_after IS NULL;
BEGIN
    IF v_by IS NOT NULL AND v_user IS NULL THEN
        RETURN '{"bags": []}';
    END IF;
    v_few := station.few_bags(p_filter, v_text, v_user, c_few);
    v_source := concat_ws(' ',
        'SELECT b.* FROM public.bag AS b WHERE',
        CASE WHEN v_days THEN
            -- Both, since the first alone would not be a beginning for the index.
            'b.created_at <= $5 AND (b.created_at, b.id) < ($5, $4)'
            ' AND b.created_at >= coalesce(($1 ->> ''since'')::timestamptz AT TIME ZONE ''UTC'', ''-infinity'')'
            ' AND b.created_at < coalesce(($1 ->> ''until'')::timestamptz AT TIME ZONE ''UTC'', ''infinity'')'
        ELSE 'b.id ' || CASE WHEN v_is_first THEN '<=' ELSE '<' END || ' $4' END,
        CASE WHEN v_few IS NOT NULL THEN 'AND b.id = ANY ($6)' END,
        'ORDER BY', v_order, CASE WHEN v_few IS NULL THEN 'LIMIT $7' END);
    EXECUTE concat_ws(' ',
        'SELECT array_agg(p.id ORDER BY p.place), array_agg(p.created_at ORDER BY p.place) FROM (',
        'SELECT b.id, b.created_at, row_number() OVER () AS place FROM (', v_source, ') AS b',
        'WHERE', station.bag_conditions(p_filter, v_text, v_user), 'LIMIT $8) AS p')
    INTO v_page, v_moments
    USING p_filter, v_text, v_user, v_id, v_at, v_few, v_most, p_limit + 1;
    IF cardinality(v_page) > p_limit THEN
        v_last := v_page[p_limit];
        v_moment := v_moments[p_limit];
    ELSIF v_few IS NULL THEN
        EXECUTE concat_ws(' ', 'SELECT b.id, b.created_at FROM (', v_source, 'OFFSET $7 - 1) AS b')
        INTO v_last, v_moment
        USING p_filter, v_text, v_user, v_id, v_at, v_few, v_most;
    END IF;
    RETURN jsonb_build_object(
        'bags', (SELECT coalesce(jsonb_agg(station.listed_bag(n.id) ORDER BY n.place), '[]')
                 FROM unnest(v_page[:p_limit]) WITH ORDINALITY AS n (id, place)),
        'after', v_last || CASE WHEN v_days THEN '|' || v_moment::text ELSE '' END);
END
$$;

CREATE OR REPLACE FUNCTION station.listed_bag(p_bag integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', upper(b.qr_id), 'kind', b.type,
        'parent', (SELECT upper(p.qr_id) FROM public.bag AS p WHERE p.id = o.parent_id),
        'bill', (SELECT i.bill_id FROM public.bill AS i
                 WHERE i.id = station.bill_under(CASE WHEN b.type = 'parent' THEN b.id ELSE o.parent_id END)),
        'count', CASE WHEN b.type = 'parent' THEN
            (SELECT count(*) FROM public.link AS l WHERE l.parent_bag_id = b.id) END,
        'completed', CASE WHEN b.type = 'parent' AND b.status = 'completed' THEN true END,
        'area', b.dispatch_area, 'made_at', station.utc_text(b.created_at), 'by', station.user_called(b.user_id)))
    FROM public.bag AS b
    CROSS JOIN LATERAL station.place_of(b.id) AS o
    WHERE b.id = p_bag
$$;

-- ---------------------------------------------------------------- bills

-- Bills, newest first, at their end those of which nobody knows when they were made: {"bills", "after", "as_of"}.
-- p_filter: text (a part of the name), status, since and until (UTC moments), own (a user's name).
CREATE OR REPLACE FUNCTION station.find_bills(p_device uuid, p_session uuid, p_filter jsonb, p_after text) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET enable_bitmapscan = off
SET enable_sort = off
SET jit = off
AS $$
DECLARE
    v_asker record := station.asker(p_device, p_session);
BEGIN
    PERFORM station.require_operation(v_asker.role, v_asker.rights, 'manage_bills');
    RETURN station.bills_page(jsonb_strip_nulls(p_filter), p_after, 50)
           || jsonb_build_object('as_of', station.moment_now());
END
$$;

-- p_after: "number|moment" of the last bill looked at, without a moment among those that have none.
CREATE OR REPLACE FUNCTION station.bills_page(p_filter jsonb, p_after text, p_limit integer) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    c_most    constant integer := 5000;
    v_text    text := upper(btrim(coalesce(p_filter ->> 'text', '')));
    v_own     text := nullif(p_filter ->> 'own', '');
    v_user    integer := (SELECT min(u.id) FROM public."user" AS u WHERE u.username = v_own);
    v_id      integer := coalesce(split_part(p_after, '|', 1), '2147483647')::integer;
    v_moment  text := nullif(split_part(p_after, '|', 2), '');
    v_at      timestamp := coalesce(v_moment, 'infinity')::timestamp;
    v_undated boolean := p_after IS NOT NULL AND v_moment IS NULL;
    v_days    boolean := p_filter ?| '{since,until}';
    v_source  text;
    v_page    jsonb := '[]';
    v_looked  integer := 0;
    v_bill    record;
BEGIN
    IF v_own IS NOT NULL AND v_user IS NULL THEN
        RETURN '{"bills": []}';
    END IF;
    v_source := concat_ws(' UNION ALL ',
        CASE WHEN NOT v_undated THEN
            '(SELECT b.* FROM public.bill AS b WHERE b.created_at <= $5 AND (b.created_at, b.id) < ($5, $4)'
            || CASE WHEN v_days THEN
                ' AND b.created_at >= coalesce(($1 ->> ''since'')::timestamptz AT TIME ZONE ''UTC'', ''-infinity'')'
                ' AND b.created_at < coalesce(($1 ->> ''until'')::timestamptz AT TIME ZONE ''UTC'', ''infinity'')'
               ELSE '' END
            || ' ORDER BY b.created_at DESC, b.id DESC LIMIT $6 + 1)' END,
        CASE WHEN NOT v_days THEN
            '(SELECT b.* FROM public.bill AS b WHERE b.created_at IS NULL'
            || CASE WHEN v_undated THEN ' AND b.id < $4' ELSE '' END || ' ORDER BY b.id DESC LIMIT $6 + 1)' END);
    IF v_source = '' THEN
        RETURN '{"bills": []}';
    END IF;
    FOR v_bill IN EXECUTE concat_ws(' ',
        'SELECT b.id, b.created_at, (true',
        CASE WHEN v_text <> '' THEN 'AND strpos(upper(b.bill_id), $2) > 0' END,
        CASE p_filter ->> 'status'
            WHEN 'new' THEN 'AND coalesce(b.status, ''new'') = ''new'''
            WHEN 'processing' THEN 'AND coalesce(b.status, ''new'') NOT IN (''new'', ''completed'')'
            WHEN 'completed' THEN 'AND b.status = ''completed''' END,
        CASE WHEN v_user IS NOT NULL THEN 'AND b.created_by_id = $3' END,
        ') IS TRUE AS wanted FROM (', v_source, ') AS b LIMIT $6 + 1')
        USING p_filter, v_text, v_user, v_id, v_at, c_most
    LOOP
        IF v_looked = c_most OR jsonb_array_length(v_page) = p_limit THEN
            -- There is one more: the page goes on behind the last that was looked at.
            RETURN jsonb_build_object('bills', v_page, 'after', v_id || '|' || coalesce(v_moment, ''));
        END IF;
        IF v_bill.wanted THEN
            v_page := v_page || station.listed_bill(v_bill.id);
        END IF;
        v_looked := v_looked + 1;
        v_id := v_bill.id;
        v_moment := v_bill.created_at::text;
    END LOOP;
    RETURN jsonb_build_object('bills', v_page);
END
$$;

CREATE OR REPLACE FUNCTION station.listed_bill(p_bill integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_build_object(
        'fact', station.found_bill_fact(b.id), 'description', coalesce(b.description, ''),
        'made_at', station.utc_text(b.created_at), 'by', station.user_called(b.created_by_id))
    FROM public.bill AS b
    WHERE b.id = p_bill
$$;

-- ---------------------------------------------------------------- returns

-- Returns, newest first: {"tickets", "after", "as_of"}. p_filter: text (a part of the code), status.
CREATE OR REPLACE FUNCTION station.find_tickets(p_device uuid, p_session uuid, p_filter jsonb, p_after text) RETURNS jsonb
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
    PERFORM station.require_operation(v_asker.role, v_asker.rights, 'returns');
    RETURN station.tickets_page(p_filter, p_after, 50) || jsonb_build_object('as_of', station.moment_now());
END
$$;

-- p_after: the number of the last return looked at. A page may be short, even empty, and not the last. A status
-- that is none of the web application's counts as open, as wherever a return is told of.
CREATE OR REPLACE FUNCTION station.tickets_page(p_filter jsonb, p_after text, p_limit integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    WITH looked_at AS (
        SELECT one.*, row_number() OVER (ORDER BY one.id DESC) AS place
        FROM (SELECT * FROM public.return_ticket AS t WHERE p_after IS NULL OR t.id < p_after::integer
              ORDER BY t.id DESC LIMIT 5001) AS one
    ), wanted AS (
        SELECT l.*, row_number() OVER (ORDER BY l.id DESC) AS number
        FROM looked_at AS l
        WHERE l.place <= 5000
          AND strpos(upper(l.ticket_code), upper(btrim(coalesce(p_filter ->> 'text', '')))) > 0
          AND coalesce(p_filter ->> 'status', station.ticket_state(l.status)) = station.ticket_state(l.status)
    )
    SELECT jsonb_build_object(
        'tickets', coalesce(jsonb_agg(jsonb_build_object(
            'fact', station.found_ticket_fact(w.id), 'made_at', station.utc_text(w.created_at),
            'by', station.user_called(w.created_by_id)) ORDER BY w.number) FILTER (WHERE w.number <= p_limit), '[]'),
        'after', CASE
            WHEN count(*) > p_limit THEN min(w.id) FILTER (WHERE w.number <= p_limit)
            WHEN (SELECT max(l.place) FROM looked_at AS l) > 5000 THEN
                (SELECT l.id FROM looked_at AS l WHERE l.place = 5000) END)
    FROM wanted AS w
$$;

CREATE OR REPLACE FUNCTION station.ticket_state(p_status text) RETURNS text
LANGUAGE sql IMMUTABLE
AS $$
    SELECT CASE WHEN p_status IN ('committed', 'cancelled') THEN p_status ELSE 'open' END
$$;
