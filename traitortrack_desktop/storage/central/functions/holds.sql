-- Which station has which parent open. It never keeps a bag from being packed: who opens a parent that another
-- station has open is told so, and asked; the rest is the stations' own.
--
-- One row for each station, written by its own postings, which its device row keeps apart, when all of a posting's
-- other locks are taken; and by a station that takes its parent over. Nobody waits for it: a row that somebody
-- writes at this moment is left as it is. Whoever takes over holds the parent's row; so the other station's posting
-- is about another parent, and gives this one up itself. Of two stations that hold one parent all the same, the
-- one that opened it later counts.
--
-- It is renewed when less than half is left, and counts until then where nothing more is heard.

CREATE OR REPLACE FUNCTION station.hold_lasts() RETURNS interval
LANGUAGE sql IMMUTABLE
AS $$
    SELECT interval '30 minutes'
$$;

-- The station that holds a parent, for as long as that counts; NULL where none does.
CREATE OR REPLACE FUNCTION station.holder_of(p_bag integer) RETURNS jsonb
LANGUAGE sql STABLE
AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'station', d.name, 'device', h.device, 'by', h.operator,
        'since', station.utc_text(h.since AT TIME ZONE 'UTC'), 'until', station.utc_text(h.until AT TIME ZONE 'UTC')))
    FROM (
        SELECT * FROM station.parent_hold
        WHERE bag_id = p_bag AND until > clock_timestamp()
        ORDER BY since DESC, device LIMIT 1
    ) AS h
    JOIN station.device AS d ON d.id = h.device
$$;

-- Every station's copy is told that something about the holder of bags changed.
CREATE OR REPLACE FUNCTION station.tell_holds(p_bags integer[]) RETURNS void
LANGUAGE sql
AS $$
    INSERT INTO station.change (kind, row_id)
    SELECT DISTINCT 'b'::"char", id FROM unnest(p_bags) AS b (id) WHERE id IS NOT NULL
$$;

-- Other stations hold these bags no more.
CREATE OR REPLACE FUNCTION station.end_other_holds(p_device uuid, p_bags integer[]) RETURNS void
LANGUAGE sql
AS $$
    WITH ended AS (
        UPDATE station.parent_hold AS h SET bag_id = NULL
        FROM (SELECT device, bag_id FROM station.parent_hold
              WHERE bag_id = ANY (p_bags) AND device <> p_device FOR NO KEY UPDATE SKIP LOCKED) AS free
        WHERE h.device = free.device
        RETURNING free.bag_id
    )
    INSERT INTO station.change (kind, row_id) SELECT DISTINCT 'b'::"char", bag_id FROM ended
$$;

-- The station *p_device* has *p_bag* open from now on, NULL for none. *p_since*: when it opened it there; NULL where
-- this is no opening but work in what is open. *p_takes*: it takes it from whoever has it.
-- Where another station has it, and it is not taken, it stays that one's.
CREATE OR REPLACE FUNCTION station.hold_parent(
    p_device uuid, p_bag integer, p_operator text, p_since timestamptz, p_takes boolean DEFAULT false
) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    v_now   timestamptz := clock_timestamp();
    v_own   station.parent_hold;
    v_other station.parent_hold;
    v_bag   integer := p_bag;
    v_since timestamptz := coalesce(p_since, v_now);
BEGIN
    SELECT * INTO v_own FROM station.parent_hold WHERE device = p_device;
    IF v_own.bag_id IS NOT DISTINCT FROM v_bag
       AND (v_bag IS NULL OR p_since IS NULL AND v_own.until > v_now + station.hold_lasts() / 2) THEN
        RETURN;  -- nothing changes
    END IF;
    SELECT * INTO v_other FROM station.parent_hold
    WHERE bag_id = v_bag AND device <> p_device AND until > v_now ORDER BY since DESC, device LIMIT 1;
    IF v_other.device IS NOT NULL AND p_takes THEN
        v_since := greatest(v_since, v_other.since + interval '1 millisecond');
        PERFORM station.end_other_holds(p_device, ARRAY[v_bag]);
    ELSIF v_other.device IS NOT NULL
          AND (v_own.bag_id = v_bag AND v_own.until > v_now AND v_own.since > v_other.since) IS NOT TRUE THEN
        v_bag := NULL;  -- it stays the other's
    END IF;
    IF v_own.device IS NULL THEN
        IF v_bag IS NOT NULL THEN
            INSERT INTO station.parent_hold (device, bag_id, operator, since, until)
            VALUES (p_device, v_bag, p_operator, v_since, v_now + station.hold_lasts());
            PERFORM station.tell_holds(ARRAY[v_bag]);
        END IF;
        RETURN;
    ELSIF v_own.bag_id IS NULL AND v_bag IS NULL THEN
        RETURN;
    ELSIF v_own.bag_id = v_bag AND p_since IS NULL THEN
        v_since := v_own.since;  -- renewed
    END IF;
    UPDATE station.parent_hold AS h
    SET bag_id = v_bag, operator = p_operator, since = v_since, until = v_now + station.hold_lasts()
    FROM (SELECT device FROM station.parent_hold WHERE device = p_device FOR NO KEY UPDATE SKIP LOCKED) AS free
    WHERE h.device = free.device;
    PERFORM station.tell_holds(ARRAY[v_own.bag_id, v_bag]);
END
$$;

-- After an act that was done: bags moved into a parent are put into the open one, and whoever begins with a bill or
-- a return has none open.
CREATE OR REPLACE FUNCTION station.hold_after_act(
    p_device uuid, e station.batch_entry, p_parent integer, p_completed boolean, p_now timestamp
) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF e.kind = 'move_children' THEN
        PERFORM station.hold_parent(
            p_device, CASE WHEN NOT coalesce(p_completed, false) THEN p_parent END, e.operator,
            CASE WHEN e.payload -> 'base_count' IS NOT NULL THEN e.at AT TIME ZONE 'UTC' END,
            e.payload -> 'taken_from' IS NOT NULL);
    ELSIF e.kind IN ('create_bill', 'open_return') THEN
        PERFORM station.hold_parent(p_device, NULL, e.operator, NULL);
    END IF;
END
$$;
