-- Rows in the web application's audit for what a posting changed: links, whether a parent is complete, the totals of
-- bills, and who signed in and out. Those of bags and people are written as a set, in the posting's own transaction; the names of accounts are not looked up
-- again, and nothing of bags needs cleaning (audit_log.sql). request_id is the number of the ledger's entry.
--
-- All by the place of an entry in *p_batch*: what came of it and why, its bags, the parent's count and completion
-- after it, the parent's status before it where that begins or ends to be complete, the link that it took away or
-- made and since when that was there, and what the audit calls a sign-in or its end. *p_links*: child to new link.
CREATE OR REPLACE FUNCTION station.audit_of_posting(
    p_batch station.batch_entry[], p_now timestamp, p_links jsonb, p_outcomes text[], p_reasons text[],
    p_parents integer[], p_children integer[], p_counts integer[], p_completed boolean[], p_before text[],
    p_unlinked integer[], p_linked timestamp[], p_actions text[]
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_address text := station.audit_address();
    v_iso     constant text := 'YYYY-MM-DD"T"HH24:MI:SS.US';
    v_nobody  boolean := false;      -- the audit cannot name the accounts
BEGIN
    FOR k IN 1 .. 2 LOOP
        BEGIN
            INSERT INTO public.audit_log (
                "timestamp", user_id, action, entity_type, entity_id, details, before_state, after_state, ip_address,
                request_id
            )
            SELECT p_now, CASE WHEN NOT v_nobody THEN x.operator_id END, r.action, r.entity_type, r.entity_id,
                   r.details::text, r.before_state::text, r.after_state::text, v_address, x.id::text
            FROM unnest(p_batch) WITH ORDINALITY AS x
            CROSS JOIN LATERAL (
                SELECT 1 AS place, 'link_child' AS action, 'link' AS entity_type,
                       (p_links ->> p_children[x.ordinality]::text)::integer AS entity_id,
                       json_build_object('username', x.operator, 'station', x.payload ->> 'station',
                                         'parent', x.parent, 'child', x.child) AS details,
                       NULL::json AS before_state,
                       json_build_object('id', (p_links ->> p_children[x.ordinality]::text)::integer,
                                         'parent_bag_id', p_parents[x.ordinality],
                                         'child_bag_id', p_children[x.ordinality],
                                         'created_at', to_char(x.at, v_iso)) AS after_state
                WHERE x.kind = 'add_child'
                UNION ALL
                SELECT 1, 'unlink_child', 'link', p_unlinked[x.ordinality],
                       json_build_object('username', x.operator, 'station', x.payload ->> 'station',
                                         'parent', x.parent, 'child', x.child),
                       json_build_object('id', p_unlinked[x.ordinality], 'parent_bag_id', p_parents[x.ordinality],
                                         'child_bag_id', p_children[x.ordinality],
                                         'created_at', to_char(p_linked[x.ordinality], v_iso)),
                       NULL
                WHERE x.kind = 'remove_child'
                UNION ALL
                SELECT 2, CASE WHEN x.kind = 'override' THEN 'override'
                               WHEN p_completed[x.ordinality] THEN 'complete_parent' ELSE 'reopen_parent' END,
                       'bag', p_parents[x.ordinality],
                       json_strip_nulls(json_build_object(
                           'username', x.operator, 'station', x.payload ->> 'station', 'parent', x.parent,
                           'permission', CASE WHEN x.kind = 'override' THEN station.operation_of(x.kind) END,
                           'reason', CASE WHEN x.kind = 'override' THEN x.override ->> 'reason' END)),
                       json_build_object(
                           'id', p_parents[x.ordinality], 'qr_id', x.parent, 'status', p_before[x.ordinality],
                           'child_count', p_counts[x.ordinality]
                               - CASE x.kind WHEN 'add_child' THEN 1 WHEN 'remove_child' THEN -1 ELSE 0 END),
                       json_build_object(
                           'id', p_parents[x.ordinality], 'qr_id', x.parent,
                           'status', CASE WHEN p_completed[x.ordinality] THEN 'completed' ELSE 'pending' END,
                           'child_count', p_counts[x.ordinality])
                WHERE p_before[x.ordinality] IS NOT NULL
                UNION ALL
                SELECT 1, p_actions[x.ordinality], 'auth', x.operator_id,
                       json_strip_nulls(json_build_object(
                           'username', x.operator, 'station', x.payload ->> 'station',
                           'way', x.payload #>> '{sign_in,way}', 'reason', p_reasons[x.ordinality])),
                       NULL, NULL
                WHERE p_actions[x.ordinality] IS NOT NULL
            ) AS r
            WHERE x.repeated IS NULL AND x.verdict = 'accepted'
              AND (x.touches AND p_outcomes[x.ordinality] = 'posted' OR x.kind IN ('sign_in', 'sign_out'))
            ORDER BY x.ordinality, r.place;
            EXIT;
        EXCEPTION
            WHEN transaction_rollback OR lock_not_available OR insufficient_resources THEN
                RAISE;  -- that is nothing about the audit: the batch is offered again
            WHEN OTHERS THEN
                -- It must not cost the work that it tells about: once more, then without it.
                IF SQLSTATE = '23505' THEN
                    PERFORM station.catch_up_numbers();
                END IF;
                v_nobody := SQLSTATE = '23503';  -- somebody was deleted at this moment
                RAISE LOG 'the audit of a posting could not be written: % (%)', SQLERRM, SQLSTATE;
        END;
    END LOOP;
END
$$;

-- Why a parent was closed early, and from which station one was taken over.
CREATE OR REPLACE FUNCTION station.audit_of_opening(e station.batch_entry, p_parent integer, p_count integer)
RETURNS void
LANGUAGE sql
AS $$
    SELECT station.write_audit(
        e.operator_id, CASE WHEN e.kind = 'close_parent' THEN 'close_parent' ELSE 'take_over_parent' END,
        'bag', p_parent,
        station.audit_details(e, jsonb_build_object(
            'parent', e.parent, 'why', e.payload ->> 'why', 'child_count', p_count,
            'taken_from', e.payload #>> '{taken_from,station}')),
        NULL, NULL, e.id)
$$;

-- Bill to its stored totals, as a snapshot in the audit.
CREATE OR REPLACE FUNCTION station.totals_of_bills(p_bills integer[]) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_object_agg(b.id, jsonb_build_object(
        'id', b.id, 'bill_id', b.bill_id, 'linked_parent_count', b.linked_parent_count,
        'total_child_bags', b.total_child_bags, 'total_weight_kg', b.total_weight_kg,
        'expected_weight_kg', b.expected_weight_kg))
    FROM public.bill AS b
    WHERE b.id = ANY (p_bills)
$$;

-- One row for each bill whose totals are others than in *p_before*: bags of a parent on it came or went. It is put
-- down to the last entry of the batch that was about a parent of that bill.
CREATE OR REPLACE FUNCTION station.audit_of_bills(
    p_batch station.batch_entry[], p_bills integer[], p_before jsonb, p_outcomes text[], p_parents integer[]
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_after jsonb := station.totals_of_bills(p_bills);
    e       station.batch_entry;
    v_bill  record;
BEGIN
    FOR v_bill IN
        SELECT DISTINCT ON (bb.bill_id) bb.bill_id AS id, x.place
        FROM unnest(p_parents) WITH ORDINALITY AS x (parent, place)
        CROSS JOIN LATERAL (SELECT bill_id FROM public.bill_bag WHERE bag_id = x.parent OFFSET 0) AS bb
        WHERE p_outcomes[x.place] = 'posted' AND (p_batch[x.place]).touches
          AND v_after -> bb.bill_id::text IS DISTINCT FROM p_before -> bb.bill_id::text
        ORDER BY bb.bill_id, x.place DESC
    LOOP
        e := p_batch[v_bill.place];
        PERFORM station.write_audit(
            e.operator_id, 'bill_weight_recalculated', 'bill', v_bill.id,
            jsonb_strip_nulls(jsonb_build_object(
                'username', e.operator, 'station', e.payload ->> 'station', 'parent', e.parent, 'child', e.child)),
            p_before -> v_bill.id::text, v_after -> v_bill.id::text, e.id);
    END LOOP;
END
$$;
