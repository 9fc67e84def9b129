-- Posting: a batch of entries in, a receipt for each out, in one transaction that is safe to repeat.
--
-- Order of locks, the same for everybody, and the web application's where it takes any:
--   the device row (so that a repeat of the same batch waits for the first and finds its receipts),
--   the sessions that begin and end at it,
--   returns, where the batch has acts (advisory lock 400000 + id, ascending; then the rows),
--   bills (advisory lock 100000 + id, ascending, each in a statement of its own; then the rows),
--   parents that exist (rows ascending by id), children that exist (rows ascending by id);
--   only then the missing bags, parents and children in one statement, in the order of their codes.
-- Only bags of the right type are locked: a bag never changes its type, and so no row is a parent here
-- and a child there. What appears or goes between looking and locking ends the posting (40001): the
-- station offers the batch again.
--
-- The first lock is waited for 0.8 seconds. Whoever holds one waits at most a quarter of a second for the
-- next, and 0.7 seconds for all that follow (station.may_wait), and then gives everything back
-- (55P03); the station offers the batch again at once. Once the 0.7 seconds are over, also when they went
-- by in working, nothing is waited for: what is free is taken. For the web application does not keep to one
-- order: it unlinks and deletes child before parent. PostgreSQL looks for a deadlock when somebody has
-- waited a second: by then no posting is part of one, and nobody is made its victim.
--
-- Where the web application's statistics triggers are, everybody who has inserted or deleted a bag or a
-- scan holds one row until he commits, and many wait for it, perhaps for seconds; any of them could find
-- a posting in a circle that lasts for a moment. There the row is taken first of all, before the bills,
-- and hardly anything else is waited for.
--
-- Rows that only faults leave behind have one meaning, and it is the oldest:
--   Of two bags whose codes differ only in case the older one counts.
--   A child with two links is in the parent of the older link. Taking it out of that parent takes that
--   link away, and no more: then it is in the other one, and whose count stays true.
--   A parent on two bills is on both, and both are refreshed.
--   A parent that is 'completed' takes no more, however few children it has.
--
-- The entries are then decided one after another on the state read under these locks, kept in arrays,
-- and what they come to is written in sets: counters from the rows themselves, then the web application's audit,
-- then the ledger.
--
-- What is in a parent that is on a completed bill is settled: nothing is put in or taken out before the bill is
-- reopened. On any other bill it may be, and the bill's totals follow.
--
-- Entries that are more than packing, acts, are not decided in sets (functions/acts.sql).
--
-- No bag is refused for a person's sake: who was disabled meanwhile, or whose session an administrator ended, has
-- packed it all the same. The first entry that was posted under such a session says so in its notice, once for
-- each session. What needs more than scanning is refused unless the account's present role and the session's
-- rights allow it (functions/roles.sql). A session counts at the station that began it, and for whom it is.
--
-- SQLSTATEs of our own: TT001 the device is not enrolled, TT002 it is not this role's or is revoked,
-- TT005 there are no ids left for new rows.

-- NULL for a moment that no calendar of a station has: a year with five digits, one before Christ, infinity.
CREATE OR REPLACE FUNCTION station.utc_text(p_utc timestamp) RETURNS text
LANGUAGE sql STABLE
AS $$
    SELECT CASE WHEN p_utc > '0001-01-02' AND p_utc < '9999-12-31'
                THEN pg_catalog.to_char(p_utc, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') END
$$;

-- Which centre answers: cluster and timeline, the database, the ledger's table, and the incarnation.
-- A restore from a dump makes the table anew, and mostly the database: their numbers show it. One from a
-- copy of the disks shows in none of them: there an administrator gives the setting another value.
-- Cluster and timeline do not change while a server process that may write lives, so each process reads
-- them from the disk once.
CREATE OR REPLACE FUNCTION station.centre_identity() RETURNS text
LANGUAGE plpgsql
AS $$
DECLARE
    v_known text := current_setting('station.centre', true);
BEGIN
    IF coalesce(v_known, '') = '' THEN
        v_known := (SELECT system_identifier FROM pg_control_system())
                   || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8);
        PERFORM set_config('station.centre', v_known, false);
    END IF;
    RETURN concat_ws(
        '/', v_known,
        (SELECT oid FROM pg_database WHERE datname = current_database()),
        to_regclass('station.entry')::oid,
        (SELECT translate(value #>> '{}', '|/', '--') FROM station.setting WHERE name = 'incarnation'));
END
$$;

-- What is known about a bag as it stands in the tables.
CREATE OR REPLACE FUNCTION station.bag_fact(p_bag integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', upper(b.qr_id),
        'kind', b.type,
        'parent', upper(inside.qr_id),
        'since', station.utc_text(l.created_at),
        'by', CASE WHEN l.id IS NOT NULL THEN coalesce(
            (SELECT e.operator FROM station.entry AS e
             WHERE e.child_bag_id = b.id AND e.kind = 'add_child' AND e.outcome = 'posted'
               AND (l.created_at > e.received_at AT TIME ZONE 'UTC') IS NOT TRUE  -- it was moved since
             ORDER BY e.received_at DESC, e.seq DESC LIMIT 1),
            (SELECT u.username FROM public.scan AS s JOIN public."user" AS u ON u.id = s.user_id
             WHERE s.child_bag_id = b.id ORDER BY s.id DESC LIMIT 1)
        ) END,
        'count', CASE WHEN b.type = 'parent' THEN
            (SELECT count(*) FROM public.link AS k WHERE k.parent_bag_id = b.id) END,
        'completed', CASE WHEN b.type = 'parent' AND b.status = 'completed' THEN true END,
        'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'),
        'from_centre', true
    ) || CASE WHEN b.type = 'parent' THEN station.parent_standing(b.id) ELSE '{}' END)
    FROM public.bag AS b
    LEFT JOIN public.link AS l ON l.child_bag_id = b.id
    LEFT JOIN public.bag AS inside ON inside.id = l.parent_bag_id
    WHERE b.id = p_bag
    ORDER BY l.id LIMIT 1
$$;

-- What else a fact says of a parent: the bill that it is on, and which station has it open.
CREATE OR REPLACE FUNCTION station.parent_standing(p_bag integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'bill', i.code, 'bill_completed', nullif(i.completed, false), 'holder', station.holder_of(p_bag)))
    FROM (SELECT) AS always
    LEFT JOIN LATERAL (
        SELECT upper(known.bill_id) AS code, known.status = 'completed' AS completed
        FROM (SELECT bill_id FROM public.bill_bag WHERE bag_id = p_bag OFFSET 0) AS bb
        CROSS JOIN LATERAL (SELECT * FROM public.bill WHERE id = bb.bill_id OFFSET 0) AS known
        ORDER BY known.id LIMIT 1
    ) AS i ON true
$$;

-- The same about a child that this very batch put into a parent, or made and took out again.
CREATE OR REPLACE FUNCTION station.batch_fact(p_code text, p_kind text, p_maker station.batch_entry) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', p_code, 'kind', p_kind,
        'parent', (p_maker).parent, 'since', station.utc_text((p_maker).at), 'by', (p_maker).operator,
        'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'), 'from_centre', true
    ))
$$;

CREATE OR REPLACE FUNCTION station.parent_fact(p_code text, p_count integer, p_completed boolean) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'code', p_code, 'kind', 'parent', 'count', p_count, 'completed', nullif(p_completed, false),
        'as_of', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'), 'from_centre', true
    ))
$$;

-- Kinds of the station's own work, which change no bag, bill or return. As domain.entries; a test holds both together.
CREATE OR REPLACE FUNCTION station.is_without_effect(p_kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
AS $$
    SELECT coalesce(p_kind IN (
        'cancel', 'acknowledge', 'parent_taken', 'open_bill', 'resume_return', 'leave', 'find', 'look_up'), false)
$$;

-- The batch as rows, with the first answer beside every entry that was posted before. Rights are NULL where the
-- session is none of this station, of nobody, or of somebody else than the operator.
CREATE OR REPLACE FUNCTION station.read_batch(p_device uuid, p_entries jsonb, p_now timestamp)
RETURNS station.batch_entry[]
LANGUAGE plpgsql
AS $$
DECLARE
    v_batch station.batch_entry[];
BEGIN
    SELECT array_agg(ROW(
        p.id, p.epoch, p.seq, load ->> 'kind', load ->> 'verdict', load ->> 'reason', load ->> 'code',
        upper(load ->> 'parent'), upper(load ->> 'child'), (load ->> 'capacity')::integer,
        load ->> 'operator', u.id, u.dispatch_area, p.at,
        CASE WHEN p.at AT TIME ZONE 'UTC' BETWEEN p_now - interval '45 days' AND p_now
             THEN p.at AT TIME ZONE 'UTC' ELSE p_now END,
        p.hash, decode(item ->> 'prev', 'hex'), load,
        load ->> 'verdict' = 'accepted' AND load ->> 'parent' IS NOT NULL
            AND load ->> 'kind' IN ('open_parent', 'add_child', 'remove_child', 'close_parent', 'override'),
        CASE WHEN (load ->> 'device')::uuid <> p_device THEN 'conflict'
             WHEN known.id IS NOT NULL THEN CASE WHEN known.hash = p.hash THEN 'same' ELSE 'conflict' END
             WHEN other.id <> p.id THEN 'conflict' END,
        known.outcome, known.reason, known.child_count, known.completed, known.fact,
        p.session, u.role,
        CASE WHEN s.id IS NULL THEN NULL
             WHEN s.ended_by IS NULL AND u.verified AND (u.role IS DISTINCT FROM 'admin' OR s.way = 'password')
                  AND (s.over_seq IS NULL OR s.over_epoch = p.epoch AND s.over_seq > p.seq)
             THEN s.rights ELSE 'operator' END,
        load -> 'override', known.notice, upper(load ->> 'bill'), upper(load ->> 'ticket'), known.answer
    )::station.batch_entry)
    INTO v_batch
    FROM jsonb_array_elements(p_entries) AS given (item)
    CROSS JOIN LATERAL (
        SELECT item -> 'payload' AS load,
               (item -> 'payload' ->> 'id')::uuid AS id,
               (item -> 'payload' ->> 'epoch')::uuid AS epoch,
               (item -> 'payload' ->> 'seq')::bigint AS seq,
               (item -> 'payload' ->> 'at')::timestamptz AS at,
               (item -> 'payload' ->> 'session')::uuid AS session,
               decode(item ->> 'hash', 'hex') AS hash
        OFFSET 0
    ) AS p
    LEFT JOIN LATERAL (SELECT * FROM station.entry WHERE id = p.id OFFSET 0) AS known ON true
    LEFT JOIN LATERAL (
        SELECT id FROM station.entry WHERE device = p_device AND epoch = p.epoch AND seq = p.seq OFFSET 0
    ) AS other ON true
    LEFT JOIN LATERAL (
        SELECT * FROM (SELECT * FROM station.session WHERE id = p.session OFFSET 0) AS known
        WHERE known.device = p_device AND known.username = load ->> 'operator'
    ) AS s ON true
    LEFT JOIN LATERAL (
        -- A session is of an account, whatever that is called by now; else the name says whose entry it is.
        SELECT owner.id, owner.dispatch_area, owner.role, owner.verified
        FROM (SELECT * FROM public."user" WHERE id = s.user_id OFFSET 0) AS owner
        WHERE NOT station.is_somebody_else(owner.username, owner.created_at, s.username, s.started_at)
        UNION ALL
        SELECT * FROM (
            SELECT named.id, named.dispatch_area, named.role, named.verified
            FROM (SELECT * FROM public."user"
                  WHERE username = CASE WHEN s.id IS NULL THEN load ->> 'operator' END OFFSET 0) AS named
            ORDER BY named.id LIMIT 1  -- where nothing keeps names unique, the older account is meant
        ) AS oldest
    ) AS u ON true;
    RETURN v_batch;
END
$$;

-- Refresh parents from their rows. A parent that fell below its capacity by a removal is open again.
CREATE OR REPLACE FUNCTION station.refresh_parents(
    p_parents integer[], p_capacities integer[], p_reopened boolean[], p_owners integer[], p_now timestamp
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE public.bag AS b
    SET child_count = n.children,
        weight_kg = n.children,
        status = CASE
            WHEN n.children >= t.capacity THEN 'completed'
            WHEN b.status = 'completed' AND t.reopened THEN 'pending'
            ELSE coalesce(b.status, 'pending') END,
        user_id = coalesce(b.user_id, t.owner),
        updated_at = p_now
    FROM unnest(p_parents, p_capacities, p_reopened, p_owners) AS t (id, capacity, reopened, owner)
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS children FROM public.link AS l WHERE l.parent_bag_id = t.id
    ) AS n
    WHERE b.id = t.id;
END
$$;

-- Totals of bills from their rows: 1 kg for each child; 15 kg are expected of a mini bag, 30 of any other.
CREATE OR REPLACE FUNCTION station.refresh_bills(p_bills integer[], p_now timestamp) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE public.bill AS b
    SET linked_parent_count = t.parents,
        total_child_bags = t.children,
        total_weight_kg = t.children,
        expected_weight_kg = t.expected,
        updated_at = p_now
    FROM unnest(p_bills) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS parents,
               coalesce(sum(n.children), 0)::integer AS children,
               coalesce(sum(CASE WHEN p.qr_id ~* '^M[0-9]{3,4}-[0-9]+' THEN 15 ELSE 30 END), 0) AS expected
        FROM public.bill_bag AS bb
        JOIN public.bag AS p ON p.id = bb.bag_id
        CROSS JOIN LATERAL (SELECT count(*) AS children FROM public.link AS l WHERE l.parent_bag_id = p.id) AS n
        WHERE bb.bill_id = wanted.id
    ) AS t
    WHERE b.id = wanted.id;
END
$$;

-- Sets how long the next lock may be waited for by somebody who has held one since *p_since*.
-- Returns whether it may be: once 700 milliseconds are over, only what is free may be taken.
CREATE OR REPLACE FUNCTION station.may_wait(p_since timestamptz, p_most integer) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    v_left integer := least(p_most, 700 - (extract(epoch FROM clock_timestamp() - p_since) * 1000)::integer);
BEGIN
    PERFORM set_config('lock_timeout', greatest(1, v_left)::text, true);
    RETURN v_left > 0;
END
$$;

-- Whether the web application's triggers hold one row from a bag's or a scan's insertion until the commit.
CREATE OR REPLACE FUNCTION station.rows_are_counted() RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT EXISTS (SELECT FROM pg_trigger
                   WHERE tgrelid = 'public.bag'::regclass AND tgname = 'bag_insert_trigger' AND tgenabled <> 'D')
        OR EXISTS (SELECT FROM pg_trigger
                   WHERE tgrelid = 'public.scan'::regclass AND tgname = 'scan_insert_trigger' AND tgenabled <> 'D')
$$;

-- Locks bills, first by the web application's keys and then their rows, in the order given.
-- Returns since when something is held.
CREATE OR REPLACE FUNCTION station.lock_bills(p_bills integer[], p_since timestamptz, p_most integer)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_since timestamptz := p_since;
    v_bill  bigint;                    -- 100000 is added to it
BEGIN
    FOREACH v_bill IN ARRAY coalesce(p_bills, '{}') LOOP
        IF v_since IS NULL OR station.may_wait(v_since, p_most) THEN
            PERFORM pg_advisory_xact_lock(100000 + v_bill);
        ELSIF NOT pg_try_advisory_xact_lock(100000 + v_bill) THEN
            RAISE EXCEPTION 'somebody holds a bill' USING ERRCODE = '55P03';
        END IF;
        v_since := coalesce(v_since, clock_timestamp());
    END LOOP;
    FOREACH v_bill IN ARRAY coalesce(p_bills, '{}') LOOP
        IF station.may_wait(v_since, p_most) THEN
            PERFORM 1 FROM public.bill WHERE id = v_bill FOR UPDATE;
        ELSE
            PERFORM 1 FROM public.bill WHERE id = v_bill FOR UPDATE NOWAIT;
        END IF;
    END LOOP;
    RETURN v_since;
END
$$;

-- Locks bags that are there, one after another in the order given, each with what is left of the patience.
-- Returns since when something is held.
CREATE OR REPLACE FUNCTION station.lock_bags(p_bags integer[], p_since timestamptz, p_most integer)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_since timestamptz := p_since;
    v_bag   integer;
BEGIN
    FOREACH v_bag IN ARRAY coalesce(p_bags, '{}') LOOP
        IF v_since IS NULL THEN
            PERFORM 1 FROM public.bag WHERE id = v_bag FOR UPDATE;
            v_since := clock_timestamp();
        ELSIF station.may_wait(v_since, p_most) THEN
            PERFORM 1 FROM public.bag WHERE id = v_bag FOR UPDATE;
        ELSE
            PERFORM 1 FROM public.bag WHERE id = v_bag FOR UPDATE NOWAIT;
        END IF;
    END LOOP;
    RETURN v_since;
END
$$;

-- Bags are unique by their codes where the rows allow it; where they do not, stations take turns in
-- making them. A bag that appeared since it was looked for is not made a second time.
CREATE OR REPLACE FUNCTION station.take_turns_making(p_codes text[]) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT value #>> '{}' FROM station.setting WHERE name = 'bag_codes') = 'serialised' THEN
        PERFORM pg_advisory_xact_lock(7406120043);
        IF EXISTS (SELECT FROM public.bag AS b WHERE upper(b.qr_id) = ANY (p_codes)) THEN
            RAISE EXCEPTION 'a bag appeared meanwhile' USING ERRCODE = '40001';
        END IF;
    END IF;
END
$$;

-- Notes where in the station's journal a session begins: there those that it says began before are over. What comes
-- in the journal's order is not shown twice; so the number of a session that is over, which stands in that journal,
-- gives nobody who finds it more than an operator's rights.
CREATE OR REPLACE FUNCTION station.note_beginning(
    p_device uuid, p_session uuid, p_epoch uuid, p_seq bigint
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE station.session AS s SET over_epoch = p_epoch, over_seq = p_seq
    FROM (
        SELECT id FROM station.session
        WHERE begun_epoch = p_epoch AND begun_seq < p_seq AND over_seq IS NULL OFFSET 0
    ) AS before
    WHERE s.id = before.id AND s.device = p_device AND s.id <> p_session;
    UPDATE station.session SET begun_epoch = p_epoch, begun_seq = p_seq
    WHERE id = p_session AND device = p_device AND begun_seq IS NULL;
END
$$;

-- Lets sessions begin and end as the entries of *p_batch* say, in their order. Gives for each entry, by its place,
-- why it is refused and what the audit calls it; NULL where there is nothing to say.
-- A session whose badge or account does not count is kept, and ended at once: work under it may follow.
CREATE OR REPLACE FUNCTION station.change_sessions(
    p_device uuid, p_batch station.batch_entry[], OUT reasons text[], OUT actions text[]
)
LANGUAGE plpgsql
AS $$
DECLARE
    e        station.batch_entry;
    i        integer := 0;
    v_known  integer;       -- the account that the session is of, where that is there already
    v_user   integer;
    v_way    text;
    v_badge  uuid;
    v_reason text;
BEGIN
    reasons := array_fill(NULL::text, ARRAY[cardinality(p_batch)]);
    actions := reasons;
    FOREACH e IN ARRAY p_batch LOOP
        i := i + 1;
        CONTINUE WHEN e.repeated IS NOT NULL OR e.verdict IS DISTINCT FROM 'accepted';
        IF e.kind = 'sign_out' THEN
            UPDATE station.session SET over_epoch = e.epoch, over_seq = e.seq
            WHERE id = e.session AND device = p_device AND username = e.operator AND over_seq IS NULL;
            -- Also where the next sign-in was faster at the centre; what else ended it stands in the audit already.
            IF station.end_session(e.session, p_device, NULL, e.at AT TIME ZONE 'UTC') OR EXISTS (
                SELECT FROM (SELECT * FROM station.session WHERE id = e.session OFFSET 0) AS s
                WHERE s.device = p_device AND s.username = e.operator
            ) AND station.session_trouble(e.session) IS NULL THEN
                actions[i] := 'logout';
            END IF;
        END IF;
        CONTINUE WHEN e.kind IS DISTINCT FROM 'sign_in';
        v_known := (SELECT s.user_id FROM (SELECT * FROM station.session WHERE id = e.session OFFSET 0) AS s
                    WHERE s.device = p_device AND s.username = e.operator);
        v_user := coalesce(v_known, e.operator_id, 0);  -- 0: nobody has that name any more
        v_way := e.payload #>> '{sign_in,way}';
        v_badge := e.payload #>> '{sign_in,badge}';
        IF v_way = 'badge' AND v_badge IS NULL THEN
            v_badge := '00000000-0000-0000-0000-000000000000';  -- of no badge that there is
        END IF;
        IF station.begin_session(
            e.session, p_device, v_user, coalesce(e.operator, ''), v_way,
            station.rights_without_centre(p_device, v_user, v_way), v_badge, e.at AT TIME ZONE 'UTC') IS NULL
        THEN
            reasons[i] := 'centre_could_not_store';  -- the id is another's
            CONTINUE;
        END IF;
        PERFORM station.note_beginning(p_device, e.session, e.epoch, e.seq);
        v_reason := nullif(station.session_trouble(e.session), 'session_revoked');
        IF v_reason IS NOT NULL THEN
            PERFORM station.end_session(e.session, p_device);
        END IF;
        reasons[i] := v_reason;
        actions[i] := CASE WHEN v_known IS NULL OR v_reason IS NOT NULL THEN
            CASE WHEN v_way = 'badge' THEN 'badge_login' WHEN v_way LIKE '%pin' THEN 'pin_login' ELSE 'login' END
            || CASE WHEN v_reason IS NULL THEN '_success' ELSE '_failed' END END;
    END LOOP;
END
$$;

-- *p_since*: since when this transaction holds locks already, if it does.
DROP FUNCTION IF EXISTS station.apply_entries(uuid, jsonb);
CREATE OR REPLACE FUNCTION station.apply_entries(
    p_device uuid, p_entries jsonb, p_since timestamptz DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_now       timestamp := clock_timestamp() AT TIME ZONE 'UTC';
    v_since     timestamptz := p_since;  -- NULL while nothing is held that anybody could wait for
    v_patience  integer := 250;          -- milliseconds for one lock that is not the first
    v_longest   integer := 700;          -- and for what stands in the way of writing
    v_counted   boolean;                 -- by the web application's statistics triggers
    v_most      integer;               -- the site's capacity
    v_batch     station.batch_entry[];
    v_bills     integer[];
    v_held      integer[];             -- parents that are there, to be locked
    v_made      integer[] := '{}';     -- bags inserted here: they exist once an entry made them
    v_touching  boolean := false;
    v_row       record;
    v_code      text;
    -- The bags that the batch names, by number; a bag named twice has one number and leaves gaps.
    v_codes     text[] := '{}';
    v_labels    text[] := '{}';        -- the numbers as text
    v_numbers   jsonb;                 -- code to number
    v_parents   text[] := '{}';        -- codes of parents that are to change
    v_opened    text[] := '{}';        -- codes of parents to open, with who opens them
    v_openers   integer[] := '{}';
    v_areas     text[] := '{}';
    v_added     text[] := '{}';        -- codes of children to add, with who adds them to which parent
    v_adders    integer[] := '{}';
    v_homes     integer[] := '{}';
    v_removed   text[] := '{}';        -- codes of children to take out
    v_present   text[] := '{}';        -- codes of children that are there, with their ids
    v_children  integer[] := '{}';
    n_codes     text[] := '{}';        -- bags to make
    n_types     text[] := '{}';
    n_makers    integer[] := '{}';
    n_areas     text[] := '{}';
    b_id        integer[];
    b_type      text[];                -- NULL: there is no such bag (any more, or not yet)
    b_status    text[];
    b_area      text[];
    b_count     integer[];
    b_parent    integer[];             -- the bag id of the parent it is in
    b_link      integer[];             -- by which link, if that is there already
    b_linked    timestamp[];           -- and since when
    b_twice     boolean[];             -- and it is in another one too, by an older fault
    b_maker     integer[];             -- the entry of this batch that put it there
    b_new       boolean[];
    b_gone      boolean[];             -- its old row is to be deleted
    b_capacity  integer[];             -- not NULL: a parent to refresh
    b_reopened  boolean[];
    b_owner     integer[];
    b_settled   text[];                -- the completed bill that it is on
    -- What each entry comes to.
    o_outcome   text[];
    o_reason    text[];
    o_count     integer[];
    o_completed boolean[];
    o_fact      jsonb[];
    o_parent    integer[];
    o_child     integer[];
    o_scans     boolean[];             -- it leaves a row in the scan history
    o_notice    text[];
    o_link      integer[];             -- the link it took away
    o_linked    timestamp[];           -- since when that was there, or the new one is
    o_was       text[];                -- the parent's status before, where it begins or ends to be complete
    o_answer    jsonb[];               -- what else the receipt says, of a repeat
    o_receipt   jsonb[];
    -- The sessions of the batch, with what is the matter with each of them.
    y_sessions  uuid[] := '{}';
    y_trouble   text[] := '{}';
    v_people    boolean := false;      -- somebody signs in or out
    y_reasons   text[];                -- and what came of it, for each entry
    y_actions   text[];
    v_session   uuid;
    v_troubled  boolean := false;
    v_links     jsonb;                 -- child to new link
    v_told      integer[] := '{}';     -- openings and closings that the audit is told of
    v_answers   boolean := false;      -- a repeat was answered with more
    v_settled   jsonb;                 -- completed bill to its code
    v_acts      integer[] := '{}';     -- places of entries that are more than packing
    -- The parent that is open at the station after the batch, by number; since when, where the batch opened it.
    h_parent    integer;
    h_since     timestamptz;
    h_takes     boolean := false;
    h_taken     integer[] := '{}';     -- bags taken over from other stations
    h_last      integer;               -- the last entry that is about what is open
    v_totals    jsonb;                 -- bill to its totals before
    e           station.batch_entry;
    i           integer := 0;
    p           integer;
    c           integer;
    y           integer := 0;
    v_was       text;
    v_size      integer;
    v_named     integer;               -- how many numbers there are
    v_capacity  integer;
    v_reason    text;
    v_fact      jsonb;
    v_holder    jsonb;
    v_moved     boolean := false;      -- a new child may carry the type of a parent, or the area of one it is not in
    -- What is written.
    w_unused    integer[] := '{}';
    w_gone      integer[] := '{}';
    w_remade    integer[] := '{}';
    w_children  integer[] := '{}';
    w_parents   integer[] := '{}';
    w_times     timestamp[] := '{}';
    w_adders    integer[] := '{}';
    s_times     timestamp[] := '{}';
    s_parents   integer[] := '{}';
    s_children  integer[] := '{}';
    s_users     integer[] := '{}';
    t_parents   integer[] := '{}';
    t_capacity  integer[] := '{}';
    t_reopened  boolean[] := '{}';
    t_owner     integer[] := '{}';
BEGIN
    v_batch := station.read_batch(p_device, p_entries, v_now);
    v_size := coalesce(cardinality(v_batch), 0);
    IF v_size = 0 THEN
        RETURN '[]';
    END IF;

    -- the bags it is about

    FOREACH e IN ARRAY v_batch LOOP
        y := y + 1;
        CONTINUE WHEN e.repeated IS NOT NULL;
        IF NOT e.touches AND e.verdict = 'accepted' AND station.is_act(e.kind) THEN
            v_acts := v_acts || y;
        END IF;
        IF e.session IS NOT NULL AND e.session <> ALL (y_sessions) THEN
            y_sessions := y_sessions || e.session;
        END IF;
        v_people := v_people OR e.kind IN ('sign_in', 'sign_out');
        CONTINUE WHEN e.parent IS NULL;
        i := i + 1;
        v_codes := v_codes || e.parent;
        v_labels := v_labels || i::text;
        CONTINUE WHEN NOT e.touches;
        v_touching := true;
        v_parents := v_parents || e.parent;
        IF e.child IS NOT NULL THEN
            i := i + 1;
            v_codes := v_codes || e.child;
            v_labels := v_labels || i::text;
        END IF;
        IF e.kind = 'open_parent' THEN
            v_opened := v_opened || e.parent;
            v_openers := v_openers || e.operator_id;
            v_areas := v_areas || e.area;
        ELSIF e.kind = 'remove_child' THEN
            v_removed := v_removed || e.child;
        END IF;
    END LOOP;
    IF v_acts <> '{}' THEN
        RETURN station.apply_in_runs(p_device, p_entries, v_acts, p_since);
    END IF;
    IF v_opened && v_removed THEN
        -- A bag that goes as a child and comes again as a parent: only one entry after another tells.
        RETURN station.apply_one_by_one(p_device, p_entries);
    END IF;
    v_named := i;
    v_numbers := jsonb_object(v_codes, v_labels);

    -- who it was

    IF v_people THEN
        v_since := coalesce(v_since, clock_timestamp());
        PERFORM station.may_wait(v_since, v_patience);
        SELECT c.reasons, c.actions INTO y_reasons, y_actions FROM station.change_sessions(p_device, v_batch) AS c;
        v_batch := station.read_batch(p_device, p_entries, v_now);
    END IF;
    FOREACH v_session IN ARRAY y_sessions LOOP
        y_trouble := y_trouble || station.session_trouble(v_session);
    END LOOP;
    v_troubled := cardinality(array_remove(y_trouble, NULL)) > 0;

    b_id := array_fill(NULL::integer, ARRAY[v_named]);
    b_type := b_id;
    b_status := b_id;
    b_area := b_id;
    b_count := b_id;
    b_parent := b_id;
    b_link := b_id;
    b_linked := b_id;
    b_twice := b_id;
    b_maker := b_id;
    b_new := b_id;
    b_gone := b_id;
    b_capacity := b_id;
    b_reopened := b_id;
    b_owner := b_id;
    b_settled := b_id;

    -- the statistics, and bills

    IF v_touching THEN
        SELECT (value #>> '{}')::integer, station.rows_are_counted() INTO v_most, v_counted
        FROM station.setting WHERE name = 'capacity';
        IF v_counted THEN
            IF v_since IS NULL OR station.may_wait(v_since, v_patience) THEN
                PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR NO KEY UPDATE;
            ELSE
                PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR NO KEY UPDATE NOWAIT;
            END IF;
            v_since := coalesce(v_since, clock_timestamp());
            v_patience := 10;
            v_longest := 10;
        END IF;
        SELECT array_agg(DISTINCT b.id ORDER BY b.id) FILTER (WHERE b.type = 'parent'),
               array_agg(DISTINCT bb.bill_id ORDER BY bb.bill_id) FILTER (WHERE bb.bill_id IS NOT NULL)
        INTO v_held, v_bills
        FROM (SELECT id, type FROM public.bag WHERE upper(qr_id) = ANY (v_parents || v_removed) OFFSET 0) AS b
        LEFT JOIN LATERAL (SELECT bill_id FROM public.bill_bag WHERE bag_id = b.id OFFSET 0) AS bb ON true;
        v_since := station.lock_bills(v_bills, v_since, v_patience);
        IF v_bills IS NOT NULL THEN
            SELECT jsonb_object_agg(id, upper(bill_id)) INTO v_settled
            FROM public.bill WHERE id = ANY (v_bills) AND status = 'completed';
        END IF;
    END IF;

    -- parents: locked, then everything read

    v_since := station.lock_bags(v_held, v_since, v_patience);
    -- Of two rows that differ only in case the older one counts, and it comes last; so does the older link.
    FOR v_row IN
        SELECT upper(b.qr_id) AS code, b.id, b.type, b.status, b.dispatch_area, l.parent_bag_id,
               l.id AS link, l.created_at AS linked,
               CASE WHEN b.type = 'parent' THEN
                   (SELECT count(*) FROM public.link AS k WHERE k.parent_bag_id = b.id) END AS children,
               (SELECT array_agg(bb.bill_id) FROM public.bill_bag AS bb WHERE bb.bag_id = b.id) AS bills
        FROM (SELECT * FROM public.bag WHERE upper(qr_id) = ANY (v_codes) OFFSET 0) AS b
        LEFT JOIN LATERAL (SELECT * FROM public.link WHERE child_bag_id = b.id OFFSET 0) AS l ON true
        ORDER BY b.id DESC, l.id DESC
    LOOP
        i := (v_numbers ->> v_row.code)::integer;
        b_twice[i] := b_id[i] = v_row.id;
        b_id[i] := v_row.id;
        b_area[i] := v_row.dispatch_area;
        b_type[i] := v_row.type;
        b_status[i] := v_row.status;
        b_count[i] := v_row.children;
        b_parent[i] := v_row.parent_bag_id;
        b_link[i] := v_row.link;
        b_linked[i] := v_row.linked;
        IF v_row.type = 'parent' AND v_row.code = ANY (v_parents) AND v_row.id = ANY (v_held) IS NOT TRUE THEN
            RAISE EXCEPTION 'a parent appeared meanwhile' USING ERRCODE = '40001';
        END IF;
        IF v_row.bills IS NOT NULL AND (v_row.code = ANY (v_parents) OR v_row.code = ANY (v_removed))
           AND NOT v_row.bills <@ coalesce(v_bills, '{}') THEN
            RAISE EXCEPTION 'the bills of a bag changed meanwhile' USING ERRCODE = '40001';
        END IF;
        IF v_settled IS NOT NULL AND v_row.bills IS NOT NULL THEN
            b_settled[i] := (SELECT min(v_settled ->> bill::text) FROM unnest(v_row.bills) AS on_it (bill));
        END IF;
    END LOOP;
    FOR k IN 1 .. cardinality(v_opened) LOOP
        i := (v_numbers ->> v_opened[k])::integer;
        IF b_id[i] IS NULL AND b_new[i] IS NULL THEN
            b_new[i] := true;
            b_area[i] := v_areas[k];
            n_codes := n_codes || v_opened[k];
            n_types := n_types || 'parent'::text;
            n_makers := n_makers || v_openers[k];
            n_areas := n_areas || v_areas[k];
        END IF;
    END LOOP;

    -- children: those that are there locked, with little patience, and read anew

    FOREACH e IN ARRAY v_batch LOOP
        CONTINUE WHEN NOT e.touches OR e.repeated IS NOT NULL OR e.child IS NULL OR e.child = e.parent;
        IF e.kind = 'add_child' THEN
            p := (v_numbers ->> e.parent)::integer;
            CONTINUE WHEN b_new[p] IS NOT TRUE AND b_type[p] IS DISTINCT FROM 'parent';
            v_added := v_added || e.child;
            v_adders := v_adders || e.operator_id;
            v_homes := v_homes || p;
        ELSIF e.kind <> 'remove_child' THEN
            CONTINUE;
        END IF;
        c := (v_numbers ->> e.child)::integer;
        IF b_type[c] = 'child' THEN
            v_present := v_present || e.child;
            v_children := v_children || b_id[c];
        END IF;
    END LOOP;
    IF v_present <> '{}' THEN
        v_children := ARRAY(SELECT DISTINCT id FROM unnest(v_children) AS there (id) ORDER BY id);
        v_since := station.lock_bags(v_children, v_since, v_patience);
        -- Who was waited for may have deleted a child that was read before.
        FOREACH v_code IN ARRAY v_present LOOP
            i := (v_numbers ->> v_code)::integer;
            b_id[i] := NULL;
            b_type[i] := NULL;
            b_status[i] := NULL;
            b_parent[i] := NULL;
            b_twice[i] := NULL;
        END LOOP;
        FOR v_row IN
            SELECT upper(b.qr_id) AS code, b.id, b.type, b.status, l.parent_bag_id, l.id AS link, l.created_at AS linked
            FROM (SELECT * FROM public.bag WHERE upper(qr_id) = ANY (v_present) OFFSET 0) AS b
            LEFT JOIN LATERAL (SELECT * FROM public.link WHERE child_bag_id = b.id OFFSET 0) AS l ON true
            ORDER BY b.id DESC, l.id DESC
        LOOP
            i := (v_numbers ->> v_row.code)::integer;
            b_twice[i] := b_id[i] = v_row.id;
            b_id[i] := v_row.id;
            b_type[i] := v_row.type;
            b_status[i] := v_row.status;
            b_parent[i] := v_row.parent_bag_id;
            b_link[i] := v_row.link;
            b_linked[i] := v_row.linked;
        END LOOP;
        FOREACH v_code IN ARRAY v_present LOOP
            i := (v_numbers ->> v_code)::integer;
            IF b_id[i] <> ALL (v_children) THEN
                RAISE EXCEPTION 'a child appeared meanwhile' USING ERRCODE = '40001';
            END IF;
        END LOOP;
    END IF;

    -- the missing bags

    FOR k IN 1 .. cardinality(v_added) LOOP
        i := (v_numbers ->> v_added[k])::integer;
        IF b_id[i] IS NULL AND b_new[i] IS NULL THEN
            b_new[i] := true;
            n_codes := n_codes || v_added[k];
            n_types := n_types || 'child'::text;
            n_makers := n_makers || v_adders[k];
            n_areas := n_areas || b_area[v_homes[k]];
        END IF;
    END LOOP;
    v_since := coalesce(v_since, clock_timestamp());
    PERFORM station.may_wait(v_since, v_longest);
    IF n_codes <> '{}' THEN
        PERFORM station.take_turns_making(n_codes);
        FOR v_row IN
            INSERT INTO public.bag (
                qr_id, type, name, child_count, weight_kg, status, user_id, dispatch_area, created_at, updated_at
            )
            SELECT w.code, w.type, NULL, 0, 0, 'pending', w.maker, w.area, v_now, v_now
            FROM (
                SELECT * FROM unnest(n_codes, n_types, n_makers, n_areas) AS n (code, type, maker, area)
                ORDER BY n.code COLLATE "C" OFFSET 0
            ) AS w
            WHERE station.may_wait(v_since, v_longest) IS NOT NULL  -- asked before each row is inserted
            ON CONFLICT DO NOTHING
            RETURNING id, qr_id
        LOOP
            b_id[(v_numbers ->> v_row.qr_id)::integer] := v_row.id;
            v_made := v_made || v_row.id;
        END LOOP;
        IF cardinality(v_made) < cardinality(n_codes) THEN
            PERFORM station.catch_up_numbers();
            RAISE EXCEPTION 'a bag appeared meanwhile' USING ERRCODE = '40001';
        END IF;
    END IF;

    -- one entry after another

    o_outcome := array_fill(NULL::text, ARRAY[v_size]);
    o_reason := o_outcome;
    o_count := o_outcome;
    o_completed := o_outcome;
    o_fact := o_outcome;
    o_parent := o_outcome;
    o_child := o_outcome;
    o_scans := o_outcome;
    o_notice := o_outcome;
    o_link := o_outcome;
    o_linked := o_outcome;
    o_was := o_outcome;
    o_answer := o_outcome;
    i := 0;
    FOREACH e IN ARRAY v_batch LOOP
        i := i + 1;
        IF e.repeated = 'same' THEN
            o_outcome[i] := CASE WHEN e.first_outcome = 'posted' THEN 'already_posted' ELSE 'refused' END;
            o_reason[i] := e.first_reason;
            o_count[i] := e.first_count;
            o_completed[i] := e.first_complete;
            o_fact[i] := e.first_fact;
            o_notice[i] := e.first_notice;
            IF e.first_answer IS NOT NULL THEN
                o_answer[i] := e.first_answer;
                v_answers := true;
            END IF;
            CONTINUE;
        ELSIF e.repeated = 'conflict' THEN
            o_outcome[i] := 'refused';
            o_reason[i] := 'conflicting_repeat';
            CONTINUE;
        END IF;

        v_reason := NULL;
        v_fact := NULL;
        p := (v_numbers ->> e.parent)::integer;
        c := NULL;

        IF NOT e.touches THEN
            IF e.verdict = 'refused' THEN
                v_reason := coalesce(e.reason, 'unknown_code');
            ELSIF e.verdict = 'accepted' AND e.kind IN ('sign_in', 'sign_out') THEN
                v_reason := y_reasons[i];
            ELSIF e.verdict = 'accepted' AND station.is_without_effect(e.kind) THEN
                IF e.kind IN ('open_bill', 'resume_return', 'parent_taken') THEN
                    h_parent := NULL;
                    h_last := i;
                END IF;
            ELSIF e.verdict = 'accepted' THEN
                v_reason := CASE
                    WHEN station.operation_of(e.kind) IS NOT NULL
                         AND NOT station.role_may(e.operator_role, e.rights, station.operation_of(e.kind))
                    THEN 'not_permitted'
                    ELSE 'centre_could_not_store' END;
            END IF;
        ELSE
            v_capacity := greatest(1, least(e.capacity, v_most));
            v_was := b_status[p];

            IF e.kind = 'open_parent' THEN
                IF b_id[p] IS NULL THEN
                    RAISE EXCEPTION 'a parent was deleted meanwhile' USING ERRCODE = '40001';
                ELSIF b_type[p] IS NULL THEN
                    b_type[p] := 'parent';
                    b_status[p] := 'pending';
                    b_count[p] := 0;
                ELSIF b_type[p] = 'child' THEN
                    v_reason := 'parent_is_child';
                ELSIF b_type[p] <> 'parent' THEN
                    v_reason := 'unknown_bag_type';
                END IF;
                IF v_reason IS NULL THEN
                    b_owner[p] := coalesce(b_owner[p], e.operator_id);
                    o_scans[i] := true;
                END IF;

            ELSIF e.kind = 'close_parent' THEN
                v_reason := CASE WHEN b_type[p] IS NULL THEN 'parent_missing'
                                 WHEN b_type[p] = 'child' THEN 'parent_is_child'
                                 WHEN b_type[p] <> 'parent' THEN 'unknown_bag_type' END;

            ELSIF e.kind = 'override' THEN
                v_reason := CASE
                    WHEN NOT station.role_may(e.operator_role, e.rights, station.operation_of(e.kind))
                         OR e.override ->> 'permission' <> station.operation_of(e.kind) THEN 'not_permitted'
                    WHEN (e.override ->> 'reason' ~ '\S' AND length(e.override ->> 'reason') <= 200) IS NOT TRUE
                    THEN 'reason_missing'
                    WHEN b_type[p] IS NULL THEN 'parent_missing'
                    WHEN b_type[p] = 'child' THEN 'parent_is_child'
                    WHEN b_type[p] <> 'parent' THEN 'unknown_bag_type'
                    WHEN b_settled[p] IS NOT NULL THEN 'parent_on_completed_bill' END;
                IF v_reason IS NULL AND b_status[p] = 'completed' AND b_count[p] < v_capacity THEN
                    b_status[p] := 'pending';
                    b_reopened[p] := true;
                END IF;

            ELSIF e.child IS NULL THEN
                v_reason := 'centre_could_not_store';

            ELSIF e.kind = 'add_child' THEN
                c := (v_numbers ->> e.child)::integer;
                v_reason := CASE
                    WHEN c = p THEN 'same_as_parent'
                    WHEN b_type[p] IS NULL THEN 'parent_missing'
                    WHEN b_type[p] = 'child' THEN 'parent_is_child'
                    WHEN b_type[p] <> 'parent' THEN 'unknown_bag_type'
                    WHEN b_parent[c] = b_id[p] THEN 'already_in_this_parent'
                    WHEN b_count[p] >= v_capacity THEN 'parent_full'
                    WHEN v_settled IS NOT NULL AND b_settled[p] IS NOT NULL THEN 'parent_on_completed_bill'
                    WHEN b_status[p] = 'completed' THEN 'parent_completed'
                    WHEN b_type[c] = 'parent' THEN 'child_is_parent'
                    WHEN b_parent[c] IS NOT NULL THEN 'child_in_other_parent'
                    WHEN b_type[c] <> 'child' THEN 'unknown_bag_type' END;
                IF v_reason IS NULL THEN
                    IF b_id[c] IS NULL THEN
                        RAISE EXCEPTION 'a child was deleted meanwhile' USING ERRCODE = '40001';
                    END IF;
                    b_type[c] := 'child';
                    b_parent[c] := b_id[p];
                    b_maker[c] := i;
                    b_count[p] := b_count[p] + 1;
                    IF b_count[p] >= v_capacity THEN
                        b_status[p] := 'completed';
                    END IF;
                    o_scans[i] := true;
                END IF;
                IF b_new[c] THEN
                    v_moved := v_moved OR v_reason IS NOT NULL OR e.child = ANY (v_opened);
                END IF;

            ELSE
                c := (v_numbers ->> e.child)::integer;
                IF v_settled IS NOT NULL AND b_settled[p] IS NOT NULL
                   AND b_type[p] = 'parent' AND b_type[c] = 'child' AND b_parent[c] = b_id[p] THEN
                    v_reason := 'parent_on_completed_bill';
                ELSIF b_type[p] = 'parent' AND b_type[c] = 'child' AND b_parent[c] = b_id[p] THEN
                    IF b_maker[c] IS NOT NULL THEN
                        o_scans[b_maker[c]] := false;
                    END IF;
                    o_child[i] := b_id[c];
                    IF b_maker[c] IS NULL THEN
                        o_link[i] := b_link[c];
                        o_linked[i] := b_linked[c];
                    ELSE
                        o_linked[i] := v_batch[b_maker[c]].at;
                    END IF;
                    IF b_twice[c] THEN
                        DELETE FROM public.link WHERE parent_bag_id = b_id[p] AND child_bag_id = b_id[c];
                        SELECT (array_agg(l.parent_bag_id ORDER BY l.id))[1] AS parent, count(*) > 1 AS twice,
                               (array_agg(l.id ORDER BY l.id))[1] AS link,
                               (array_agg(l.created_at ORDER BY l.id))[1] AS linked
                        INTO v_row FROM public.link AS l WHERE l.child_bag_id = b_id[c];
                        b_parent[c] := v_row.parent;
                        b_link[c] := v_row.link;
                        b_linked[c] := v_row.linked;
                        b_twice[c] := v_row.twice;
                    ELSE
                        b_gone[c] := b_gone[c] OR b_new[c] IS NOT TRUE;
                        b_type[c] := NULL;
                        b_parent[c] := NULL;
                        b_maker[c] := NULL;
                    END IF;
                    b_count[p] := b_count[p] - 1;
                    b_reopened[p] := true;
                    v_moved := true;
                    IF b_status[p] = 'completed' AND b_count[p] < v_capacity THEN
                        b_status[p] := 'pending';
                    END IF;
                ELSE
                    v_reason := 'child_not_in_parent';
                END IF;
            END IF;

            IF v_reason IS NULL THEN
                b_capacity[p] := v_capacity;
                IF b_count[p] >= v_capacity THEN
                    b_status[p] := 'completed';  -- as refresh_parents will store it
                END IF;
                IF (v_was = 'completed') IS DISTINCT FROM (b_status[p] = 'completed') AND 'completed' IN (v_was, b_status[p]) THEN
                    o_was[i] := coalesce(v_was, 'pending');
                END IF;
                h_last := i;
                IF e.kind = 'add_child' AND h_parent = p AND b_status[p] <> 'completed' THEN
                    NULL;  -- it goes on
                ELSIF e.kind = 'open_parent' THEN
                    h_parent := p;
                    h_since := e.at AT TIME ZONE 'UTC';
                    h_takes := e.payload -> 'taken_from' IS NOT NULL;
                    IF h_takes THEN
                        h_taken := h_taken || b_id[p];
                        v_told := v_told || i;
                    ELSIF b_new[p] IS NOT TRUE THEN
                        v_holder := station.holder_of(b_id[p]);
                        IF v_holder ->> 'device' <> p_device::text THEN
                            o_notice[i] := 'parent_open_elsewhere';
                            v_fact := station.parent_fact(e.parent, b_count[p], b_status[p] = 'completed')
                                      || jsonb_build_object('holder', v_holder);
                        END IF;
                    END IF;
                ELSIF e.kind = 'close_parent' OR e.kind = 'add_child' AND b_status[p] = 'completed' THEN
                    h_parent := NULL;
                    IF e.kind = 'close_parent' AND e.payload -> 'why' IS NOT NULL THEN
                        v_told := v_told || i;
                    END IF;
                ELSIF h_parent IS DISTINCT FROM p THEN
                    h_parent := p;
                    h_since := NULL;
                    h_takes := false;
                END IF;
                IF v_troubled THEN
                    y := array_position(y_sessions, e.session);
                    IF e.rights IS NOT NULL AND y_trouble[y] IS NOT NULL THEN
                        UPDATE station.session SET noticed = y_trouble[y] WHERE id = e.session AND noticed IS NULL;
                        o_notice[i] := CASE WHEN FOUND THEN y_trouble[y] ELSE o_notice[i] END;
                        y_trouble[y] := NULL;
                    END IF;
                END IF;
            ELSIF v_reason IN ('not_permitted', 'reason_missing') THEN
                NULL;  -- nothing about the bag is in the way
            ELSIF v_reason = 'parent_on_completed_bill' THEN
                v_fact := station.parent_fact(e.parent, b_count[p], b_status[p] = 'completed')
                          || jsonb_build_object('bill', b_settled[p], 'bill_completed', true);
            ELSIF v_reason IN ('parent_full', 'parent_completed') THEN
                v_fact := station.parent_fact(e.parent, b_count[p], b_status[p] = 'completed');
            ELSE
                -- where the bag that is in the way stands: the parent itself, or the child
                IF c IS NULL OR v_reason = 'parent_is_child' OR (v_reason = 'unknown_bag_type' AND b_type[p] <> 'parent') THEN
                    c := p;
                END IF;
                IF b_type[c] = 'parent' THEN
                    v_fact := station.parent_fact(v_codes[c], b_count[c], b_status[c] = 'completed');
                ELSIF b_maker[c] IS NOT NULL THEN
                    v_fact := station.batch_fact(v_codes[c], b_type[c], v_batch[b_maker[c]]);
                ELSIF b_type[c] IS NOT NULL THEN
                    v_fact := station.bag_fact(b_id[c]);
                END IF;
            END IF;
        END IF;

        o_outcome[i] := CASE WHEN v_reason IS NULL THEN 'posted' ELSE 'refused' END;
        o_reason[i] := v_reason;
        o_fact[i] := v_fact;
        IF b_type[p] = 'parent' THEN
            o_count[i] := b_count[p];
            o_completed[i] := coalesce(b_status[p] = 'completed', false);
            o_parent[i] := b_id[p];
        END IF;
        IF c IS NOT NULL AND v_reason IS NULL THEN
            o_child[i] := coalesce(o_child[i], b_id[c]);
        END IF;
    END LOOP;

    -- what it came to, in sets

    IF v_touching THEN
        PERFORM station.may_wait(v_since, v_longest);
        FOR k IN 1 .. v_named LOOP
            IF b_new[k] AND b_type[k] IS NULL THEN
                w_unused := w_unused || b_id[k];
            ELSIF b_gone[k] THEN
                w_gone := w_gone || b_id[k];
                IF b_type[k] IS NOT NULL THEN
                    w_remade := w_remade || k;
                END IF;
            END IF;
            IF b_capacity[k] IS NOT NULL THEN
                t_parents := t_parents || b_id[k];
                t_capacity := t_capacity || b_capacity[k];
                t_reopened := t_reopened || coalesce(b_reopened[k], false);
                t_owner := t_owner || b_owner[k];
            END IF;
        END LOOP;

        IF w_gone <> '{}' THEN
            DELETE FROM public.link WHERE child_bag_id = ANY (w_gone);
            DELETE FROM public.scan WHERE child_bag_id = ANY (w_gone) OR parent_bag_id = ANY (w_gone);
        END IF;
        IF w_gone <> '{}' OR w_unused <> '{}' THEN
            DELETE FROM public.bag WHERE id = ANY (w_gone || w_unused);
        END IF;
        IF w_remade <> '{}' THEN
            -- taken out and put in again: the web application would have made a new bag
            FOREACH c IN ARRAY w_remade LOOP
                e := v_batch[b_maker[c]];
                INSERT INTO public.bag (
                    qr_id, type, name, child_count, weight_kg, status, user_id, dispatch_area, created_at, updated_at
                )
                SELECT v_codes[c], 'child', NULL, 0, 0, 'pending', e.operator_id, f.dispatch_area, v_now, v_now
                FROM public.bag AS f WHERE f.id = b_parent[c]
                RETURNING id INTO p;
                b_id[c] := p;
                o_child[b_maker[c]] := p;
            END LOOP;
        END IF;

        FOR k IN 1 .. v_named LOOP
            IF b_maker[k] IS NOT NULL THEN
                w_children := w_children || b_id[k];
                w_parents := w_parents || b_parent[k];
                w_times := w_times || v_batch[b_maker[k]].at;
                w_adders := w_adders || v_batch[b_maker[k]].operator_id;
            END IF;
        END LOOP;
        FOR k IN 1 .. v_size LOOP
            IF o_scans[k] THEN
                e := v_batch[k];
                s_times := s_times || e.at;
                s_parents := s_parents || CASE WHEN e.kind = 'open_parent' THEN o_parent[k] END;
                s_children := s_children || CASE WHEN e.kind = 'add_child' THEN o_child[k] END;
                s_users := s_users || e.operator_id;
            END IF;
        END LOOP;
        IF w_children <> '{}' THEN
            WITH made AS (
                INSERT INTO public.link (parent_bag_id, child_bag_id, created_at)
                SELECT w.parent, w.child, w.at
                FROM unnest(w_parents, w_children, w_times) AS w (parent, child, at)
                ORDER BY w.child
                RETURNING id, child_bag_id
            )
            SELECT jsonb_object_agg(m.child_bag_id, m.id) INTO v_links FROM made AS m;
        END IF;
        IF v_moved AND v_made <> '{}' THEN
            UPDATE public.bag AS b
            SET type = 'child', dispatch_area = f.dispatch_area, user_id = w.adder
            FROM unnest(w_parents, w_children, w_adders) AS w (parent, child, adder)
            JOIN public.bag AS f ON f.id = w.parent
            WHERE b.id = w.child AND b.id = ANY (v_made)
              AND (b.type <> 'child' OR b.dispatch_area IS DISTINCT FROM f.dispatch_area
                   OR b.user_id IS DISTINCT FROM w.adder);
        END IF;
        IF s_times <> '{}' THEN
            INSERT INTO public.scan ("timestamp", parent_bag_id, child_bag_id, user_id)
            SELECT w.at, w.parent, w.child, w.scanner
            FROM unnest(s_times, s_parents, s_children, s_users) WITH ORDINALITY
                 AS w (at, parent, child, scanner, place)
            ORDER BY w.place;
        END IF;
        IF t_parents <> '{}' THEN
            PERFORM station.refresh_parents(t_parents, t_capacity, t_reopened, t_owner, v_now);
        END IF;
        IF v_bills IS NOT NULL THEN
            v_totals := station.totals_of_bills(v_bills);
            PERFORM station.refresh_bills(v_bills, v_now);
            PERFORM station.audit_of_bills(v_batch, v_bills, v_totals, o_outcome, o_parent);
        END IF;
    END IF;

    IF h_last IS NOT NULL THEN
        IF h_taken <> '{}' THEN
            PERFORM station.end_other_holds(
                p_device, array_remove(h_taken, CASE WHEN h_takes THEN b_id[h_parent] END));
        END IF;
        PERFORM station.hold_parent(p_device, b_id[h_parent], v_batch[h_last].operator, h_since, h_takes);
    END IF;

    IF v_touching OR v_people THEN
        PERFORM station.audit_of_posting(
            v_batch, v_now, v_links, o_outcome, o_reason, o_parent, o_child, o_count, o_completed, o_was, o_link,
            o_linked, y_actions);
        FOREACH i IN ARRAY v_told LOOP
            PERFORM station.audit_of_opening(v_batch[i], o_parent[i], o_count[i]);
        END LOOP;
    END IF;

    INSERT INTO station.entry (
        id, device, epoch, seq, kind, verdict, code, parent, child, operator, operator_id, device_time,
        hash, previous_hash, payload, outcome, reason, child_count, completed, fact, parent_bag_id, child_bag_id,
        session, notice, override, bill, ticket
    )
    SELECT x.id, p_device, x.epoch, x.seq, x.kind, x.verdict, x.code, x.parent, x.child, x.operator,
           x.operator_id, x.device_time, x.hash, x.previous_hash, x.payload, o_outcome[x.ordinality],
           o_reason[x.ordinality], o_count[x.ordinality], o_completed[x.ordinality], o_fact[x.ordinality],
           o_parent[x.ordinality], o_child[x.ordinality], x.session, o_notice[x.ordinality], x.override, x.bill, x.ticket
    FROM unnest(v_batch) WITH ORDINALITY AS x
    WHERE x.repeated IS NULL
    ORDER BY x.ordinality;

    FOR k IN 1 .. v_size LOOP
        o_receipt[k] := jsonb_strip_nulls(jsonb_build_object(
            'seq', v_batch[k].seq, 'outcome', o_outcome[k], 'reason', o_reason[k],
            'count', o_count[k], 'completed', o_completed[k], 'fact', o_fact[k], 'notice', o_notice[k]
        ));
        IF v_answers AND o_answer[k] IS NOT NULL THEN
            o_receipt[k] := o_receipt[k] || o_answer[k];
        END IF;
    END LOOP;
    RETURN to_jsonb(o_receipt);
END
$$;

-- An entry that cannot be applied whatever is done: kept with the reason, so that the others go on.
CREATE OR REPLACE FUNCTION station.set_aside(p_device uuid, p_item jsonb, p_state text, p_message text) RETURNS jsonb
LANGUAGE sql
AS $$
    WITH kept AS (
        INSERT INTO station.entry (
            id, device, epoch, seq, kind, verdict, code, parent, child, operator,
            hash, previous_hash, payload, outcome, reason, error_state, error_message, session, override
        )
        SELECT (p.load ->> 'id')::uuid, p_device, (p.load ->> 'epoch')::uuid, (p.load ->> 'seq')::bigint,
               coalesce(p.load ->> 'kind', 'unknown'), coalesce(p.load ->> 'verdict', 'unknown'),
               p.load ->> 'code', p.load ->> 'parent', p.load ->> 'child', p.load ->> 'operator',
               decode(p_item ->> 'hash', 'hex'), decode(p_item ->> 'prev', 'hex'), p.load,
               'refused', 'centre_could_not_store', p_state, p_message,
               CASE WHEN p.load ->> 'session' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                    THEN (p.load ->> 'session')::uuid END,
               p.load -> 'override'
        FROM (SELECT p_item -> 'payload') AS p (load)
        RETURNING seq
    )
    SELECT jsonb_build_array(jsonb_build_object(
        'seq', kept.seq, 'outcome', 'refused', 'reason', 'centre_could_not_store'))
    FROM kept
$$;

-- Locks what is there of all that a batch names, in the order of the locks, for entries that are then decided
-- one by one and would take theirs in any order; and the parents that acts would take children out of. *p_since*:
-- since when something is held already. Returns since when something is held.
DROP FUNCTION IF EXISTS station.lock_in_order(jsonb);
CREATE OR REPLACE FUNCTION station.lock_in_order(p_entries jsonb, p_since timestamptz DEFAULT NULL)
RETURNS timestamptz
LANGUAGE plpgsql
AS $$
DECLARE
    v_since    timestamptz := p_since;
    v_patience integer := 250;
    v_codes    text[];
    v_moved    text[];                 -- codes that acts name: of children that are in some parent
    v_named    text[];                 -- codes of bills
    v_tickets  integer[];
    v_parents  integer[];
    v_children integer[];
    v_bills    integer[];
BEGIN
    SELECT array_agg(DISTINCT code), array_agg(DISTINCT code) FILTER (WHERE station.is_act(item -> 'payload' ->> 'kind')),
           array_agg(DISTINCT upper(item -> 'payload' ->> 'bill'))
               FILTER (WHERE station.is_act(item -> 'payload' ->> 'kind') AND item -> 'payload' ->> 'bill' IS NOT NULL)
    INTO v_codes, v_moved, v_named
    FROM jsonb_array_elements(p_entries) AS given (item)
    LEFT JOIN LATERAL unnest(station.codes_of(item -> 'payload')) AS named (code) ON true;
    IF station.rows_are_counted() THEN
        IF v_since IS NULL OR station.may_wait(v_since, v_patience) THEN
            PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR NO KEY UPDATE;
        ELSE
            PERFORM 1 FROM public.statistics_cache WHERE id = 1 FOR NO KEY UPDATE NOWAIT;
        END IF;
        v_since := coalesce(v_since, clock_timestamp());
        v_patience := 10;
    END IF;
    v_tickets := station.tickets_named(p_entries);
    IF v_tickets IS NOT NULL THEN
        v_since := station.lock_tickets(v_tickets, v_since, v_patience);
    END IF;
    WITH named AS MATERIALIZED (
        SELECT id, type, upper(qr_id) AS code FROM public.bag WHERE upper(qr_id) = ANY (v_codes)
    ), all_of_them AS MATERIALIZED (
        SELECT id, type FROM named
        UNION
        SELECT p.id, p.type
        FROM named AS n
        CROSS JOIN LATERAL (SELECT parent_bag_id FROM public.link WHERE child_bag_id = n.id OFFSET 0) AS l
        CROSS JOIN LATERAL (SELECT id, type FROM public.bag WHERE id = l.parent_bag_id OFFSET 0) AS p
        WHERE n.code = ANY (v_moved)
    )
    SELECT array_agg(DISTINCT b.id ORDER BY b.id) FILTER (WHERE b.type = 'parent'),
           array_agg(DISTINCT b.id ORDER BY b.id) FILTER (WHERE b.type = 'child'),
           array_agg(DISTINCT bb.bill_id) FILTER (WHERE bb.bill_id IS NOT NULL)
    INTO v_parents, v_children, v_bills
    FROM all_of_them AS b
    LEFT JOIN LATERAL (SELECT bill_id FROM public.bill_bag WHERE bag_id = b.id OFFSET 0) AS bb ON true;
    IF v_named IS NOT NULL THEN
        v_bills := v_bills || ARRAY(SELECT id FROM public.bill WHERE upper(bill_id) COLLATE "C" = ANY (v_named));
    END IF;
    v_bills := ARRAY(SELECT DISTINCT id FROM unnest(v_bills) AS b (id) ORDER BY id);
    v_since := station.lock_bills(v_bills, v_since, v_patience);
    v_since := station.lock_bags(v_parents, v_since, v_patience);
    RETURN station.lock_bags(v_children, v_since, v_patience);
END
$$;

-- The way for a batch with an entry in it that raises: only here are there sub-transactions.
CREATE OR REPLACE FUNCTION station.apply_one_by_one(p_device uuid, p_entries jsonb) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_receipts jsonb := '[]';
    v_item     jsonb;
    v_rule     text;
    v_since    timestamptz := station.lock_in_order(p_entries);
    v_began    timestamptz := clock_timestamp();
    v_tries    integer;
BEGIN
    FOR v_item IN SELECT item FROM jsonb_array_elements(p_entries) AS given (item) LOOP
        v_tries := 0;
        LOOP
            v_tries := v_tries + 1;
            BEGIN
                v_receipts := v_receipts || station.apply_entries(p_device, jsonb_build_array(v_item), v_since);
                EXIT;
            EXCEPTION
                WHEN sequence_generator_limit_exceeded THEN
                    RAISE EXCEPTION '%', SQLERRM USING ERRCODE = 'TT005';
                WHEN data_exception OR integrity_constraint_violation OR program_limit_exceeded OR raise_exception THEN
                    GET STACKED DIAGNOSTICS v_rule = CONSTRAINT_NAME;
                    IF station.is_about_numbers(SQLSTATE, v_rule) THEN
                        PERFORM station.catch_up_numbers();
                        RAISE EXCEPTION 'ids were given out twice' USING ERRCODE = '40001';
                    END IF;
                    -- What it refers to may have been deleted at that moment: a second look does not find it.
                    IF SQLSTATE <> '23503' OR v_tries > 1 THEN
                        v_receipts := v_receipts || station.set_aside(p_device, v_item, SQLSTATE, SQLERRM);
                        EXIT;
                    END IF;
            END;
        END LOOP;
        v_since := coalesce(v_since, v_began);  -- the locks of one entry are still held at the next
    END LOOP;
    RETURN v_receipts;
END
$$;

-- Lets the session that its station names as going on go on, although another one ended it here: a sign-in that
-- came to nothing at the station (it could not be stored, or its answer came too late) did. Before the batch is
-- posted, which may end it. What an administrator ended, what is over in the journal and what must not go on stays
-- as it is; so does a session with an administrator's rights: its number stands in the station's journal, and would
-- be good for ever.
CREATE OR REPLACE FUNCTION station.let_session_go_on(p_device uuid, p_session uuid) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM (SELECT * FROM station.session WHERE id = p_session OFFSET 0) AS s
        WHERE s.device = p_device AND s.ended_at IS NOT NULL AND s.ended_by IS NULL AND s.over_seq IS NULL
          AND (s.rights = 'operator' OR (SELECT role FROM public."user" WHERE id = s.user_id) IS DISTINCT FROM 'admin')
    ) OR station.session_trouble(p_session) IS NOT NULL THEN
        RETURN;
    END IF;
    UPDATE station.session AS s SET ended_at = NULL
    FROM (SELECT id FROM station.session WHERE id = p_session FOR NO KEY UPDATE SKIP LOCKED) AS free
    WHERE s.id = free.id AND s.ended_by IS NULL;
END
$$;

-- Whether a session goes on, for the station whose it is. Nobody is waited for to note that it was heard of, and
-- that others of the station ended; one of the last minute may be on its way to the station.
CREATE OR REPLACE FUNCTION station.session_standing(p_device uuid, p_session uuid) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    v_session station.session;
BEGIN
    SELECT s.* INTO v_session FROM (SELECT * FROM station.session WHERE id = p_session OFFSET 0) AS s
    WHERE s.device = p_device;
    IF v_session.id IS NOT NULL AND v_session.ended_at IS NULL THEN
        UPDATE station.session AS s SET ended_at = clock_timestamp()
        FROM (
            SELECT id FROM station.session
            WHERE device = p_device AND ended_at IS NULL AND id <> p_session
              AND started_at < clock_timestamp() - interval '1 minute'
            FOR NO KEY UPDATE SKIP LOCKED
        ) AS free
        WHERE s.id = free.id;
    END IF;
    IF v_session.ended_at IS NULL AND v_session.last_seen_at < clock_timestamp() - interval '1 minute' THEN
        UPDATE station.session AS s SET last_seen_at = clock_timestamp()
        FROM (SELECT id FROM station.session WHERE id = p_session FOR NO KEY UPDATE SKIP LOCKED) AS free
        WHERE s.id = free.id;
    END IF;
    RETURN jsonb_build_object('id', p_session, 'ended', station.session_trouble(v_session.id));
END
$$;

-- p_entries: [{"payload": {...}, "hash": hex, "prev": hex}, ...], at most 1000: no station sends more than
-- 500, and what a call costs grows faster than the number of its entries.
-- p_session: the session of whoever works at the station now, if there is one.
-- Returns {"receipts": [...] in the order of the batch, "server_time": text, "centre": text,
-- "station": {"name", "area"}, "session": {"id", "ended": why it does not go on, or null} or null}.
--
-- The plans must not depend on when they were made: one made while the tables were empty would read
-- them from end to end for as long as the session lasts. So every look-up is told to use an index, and
-- the right one: OFFSET 0 keeps all other conditions, and every wish for an order, away from the look-up.
DROP FUNCTION IF EXISTS station.post_entries(uuid, jsonb, boolean);
CREATE OR REPLACE FUNCTION station.post_entries(
    p_device uuid, p_entries jsonb, p_isolate boolean DEFAULT false, p_session uuid DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '800ms'
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_material = off
SET jit = off
AS $$
DECLARE
    v_device   record;
    v_receipts jsonb;
BEGIN
    SELECT * INTO v_device FROM station.device WHERE id = p_device FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'station % is not enrolled', p_device USING ERRCODE = 'TT001';
    ELSIF v_device.role_name <> session_user OR v_device.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'station % may not post as %', p_device, session_user USING
            ERRCODE = 'TT002',
            DETAIL = CASE WHEN v_device.role_name <> session_user THEN 'other_account' ELSE 'revoked' END;
    ELSIF jsonb_array_length(p_entries) > 1000 THEN
        RAISE EXCEPTION 'more than 1000 entries in one call' USING ERRCODE = '54000';
    ELSIF v_device.last_seen_at < clock_timestamp() - interval '1 minute'
          OR p_session IS NOT NULL AND v_device.speaks < 2 THEN
        UPDATE station.device
        SET last_seen_at = clock_timestamp(), speaks = CASE WHEN p_session IS NULL THEN speaks ELSE greatest(speaks, 2) END
        WHERE id = p_device;
    END IF;
    PERFORM station.let_triggers_find_tables();
    IF current_setting('synchronous_commit') = 'off' THEN
        -- What a station is told as posted must outlive a crash of this server. Lasts until the commit.
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    IF p_session IS NOT NULL THEN
        PERFORM station.let_session_go_on(p_device, p_session);
    END IF;
    IF p_isolate THEN
        v_receipts := station.apply_one_by_one(p_device, p_entries);
    ELSE
        v_receipts := station.apply_entries(p_device, p_entries);
    END IF;
    RETURN jsonb_build_object(
        'receipts', v_receipts,
        'server_time', station.utc_text(clock_timestamp() AT TIME ZONE 'UTC'),
        'centre', station.centre_identity(),
        'station', jsonb_build_object('name', v_device.name, 'area', v_device.area),
        'session', CASE WHEN p_session IS NOT NULL THEN station.session_standing(p_device, p_session) END
    );
END
$$;
