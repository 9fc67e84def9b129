-- November 2025: where a bill goes, no negative weights, notifications, and one parent for each child.

ALTER TABLE bill ADD COLUMN destination varchar(200);
ALTER TABLE bill ADD COLUMN vehicle_number varchar(50);

ALTER TABLE bag ADD CONSTRAINT check_bag_weight_non_negative CHECK (weight_kg >= 0);
ALTER TABLE bill ADD CONSTRAINT check_bill_total_weight_non_negative CHECK (total_weight_kg >= 0);
ALTER TABLE bill ADD CONSTRAINT check_bill_expected_weight_non_negative CHECK (expected_weight_kg >= 0);

ALTER TABLE audit_log ADD COLUMN request_id varchar(36);
CREATE TABLE notification (
    id                serial PRIMARY KEY,
    user_id           integer      NOT NULL REFERENCES "user" (id) ON DELETE CASCADE,
    title             varchar(200) NOT NULL,
    message           text         NOT NULL,
    notification_type varchar(20) DEFAULT 'info',
    priority          integer     DEFAULT 0,
    is_read           boolean     NOT NULL DEFAULT false,
    link              varchar(500),
    created_at        timestamp   NOT NULL DEFAULT now(),
    read_at           timestamp
);

ALTER TABLE link ADD CONSTRAINT link_child_bag_id_unique UNIQUE (child_bag_id);
UPDATE alembic_version SET version_num = 'e1f2a3b4c5d6';
