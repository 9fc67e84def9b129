-- Tables of a still earlier model that nobody reads any more. One has a bag's name and none of its columns.

CREATE TABLE bags (bag_code text PRIMARY KEY, made_on date);
CREATE TABLE scans (scan_no bigint, bag_code text);
CREATE TABLE scan_log (id serial PRIMARY KEY, line text);
CREATE TABLE schema_migrations (version varchar(50) PRIMARY KEY);
CREATE TABLE location (id serial PRIMARY KEY, name varchar(80));
CREATE TABLE parent_bag (id serial PRIMARY KEY, qr_id varchar(50) UNIQUE);
CREATE TABLE child_bag (id serial PRIMARY KEY, qr_id varchar(50), parent_id integer REFERENCES parent_bag (id));

INSERT INTO bags VALUES ('OLD-1', '2025-04-02'), ('OLD-2', NULL);
INSERT INTO scans VALUES (1, 'OLD-1'), (1, 'OLD-1'), (NULL, NULL);
INSERT INTO scan_log (line) VALUES ('first'), (NULL);
INSERT INTO schema_migrations VALUES ('001'), ('002');
INSERT INTO parent_bag (qr_id) VALUES ('P1');
INSERT INTO child_bag (qr_id, parent_id) VALUES ('C1', 1), ('C1', NULL);
