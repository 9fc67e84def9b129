-- October 2025, as the web application's first migrations left production: times without zone, defaults
-- only in its own code, bag codes unique as they are written, columns of earlier versions still there.

CREATE TABLE "user" (
    id                 serial PRIMARY KEY,
    username           varchar(64)  NOT NULL UNIQUE,
    email              varchar(120) NOT NULL UNIQUE,
    password_hash      varchar(256) NOT NULL,
    role               varchar(20),
    dispatch_area      varchar(30),
    verification_token varchar(100),
    verified           boolean,
    created_at         timestamp
);

CREATE TABLE bag (
    id               serial PRIMARY KEY,
    qr_id            varchar(255) NOT NULL CONSTRAINT bag_qr_id_key UNIQUE,
    type             varchar(10)  NOT NULL,
    name             varchar(100),
    child_count      integer,
    parent_id        integer,
    user_id          integer REFERENCES "user" (id) ON DELETE SET NULL,
    dispatch_area    varchar(30),
    status           varchar(20),
    weight_kg        double precision,
    created_at       timestamp,
    updated_at       timestamp,
    created_by       integer,
    current_location varchar(120),
    qr_code          varchar(255),
    bag_type         varchar(20)
);

CREATE TABLE link (
    id            serial PRIMARY KEY,
    parent_bag_id integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
    child_bag_id  integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
    created_at    timestamp,
    CONSTRAINT uq_parent_child UNIQUE (parent_bag_id, child_bag_id)
);

CREATE TABLE bill (
    id                 serial PRIMARY KEY,
    bill_id            varchar(50) NOT NULL UNIQUE,
    description        text,
    parent_bag_count   integer,
    total_weight_kg    double precision,
    expected_weight_kg double precision,
    total_child_bags   integer,
    status             varchar(20),
    created_by_id      integer REFERENCES "user" (id) ON DELETE SET NULL,
    created_at         timestamp,
    updated_at         timestamp
);

CREATE TABLE bill_bag (
    id         serial PRIMARY KEY,
    bill_id    integer NOT NULL REFERENCES bill (id) ON DELETE CASCADE,
    bag_id     integer NOT NULL REFERENCES bag (id) ON DELETE CASCADE,
    created_at timestamp,
    CONSTRAINT uq_bill_bag_new UNIQUE (bill_id, bag_id)
);

CREATE TABLE scan (
    id               serial PRIMARY KEY,
    "timestamp"      timestamp,
    parent_bag_id    integer REFERENCES bag (id),
    child_bag_id     integer REFERENCES bag (id),
    user_id          integer REFERENCES "user" (id) ON DELETE SET NULL,
    bag_id           integer,
    scan_type        varchar(20),
    scan_location    varchar(120),
    device_info      text,
    scan_duration_ms integer,
    dispatch_area    varchar(30),
    location         varchar(120),
    duration_seconds double precision
);

CREATE TABLE audit_log (
    id          serial PRIMARY KEY,
    "timestamp" timestamp   NOT NULL,
    user_id     integer REFERENCES "user" (id) ON DELETE SET NULL,
    action      varchar(50) NOT NULL,
    entity_type varchar(20) NOT NULL,
    entity_id   integer,
    details     text,
    ip_address  varchar(45)
);

CREATE TABLE promotionrequest (
    id           serial PRIMARY KEY,
    user_id      integer REFERENCES "user" (id) ON DELETE CASCADE,
    reason       text NOT NULL,
    status       varchar(20),
    admin_id     integer REFERENCES "user" (id) ON DELETE SET NULL,
    admin_notes  text,
    requested_at timestamp,
    processed_at timestamp
);

CREATE INDEX idx_bag_type ON bag (type);
CREATE INDEX idx_bag_created_at ON bag (created_at);
CREATE INDEX idx_bag_qr_upper ON bag (upper(qr_id));
CREATE INDEX idx_bag_qr_type ON bag (upper(qr_id), type);
CREATE INDEX idx_scan_timestamp ON scan ("timestamp");
CREATE INDEX idx_bill_status ON bill (status);

CREATE TABLE alembic_version (version_num varchar(32) CONSTRAINT alembic_version_pkc PRIMARY KEY);
INSERT INTO alembic_version VALUES ('c25e20b7535f');
