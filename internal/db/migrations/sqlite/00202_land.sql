-- +goose Up
-- Areas are integers of 1/300 m², in which 0.01 m², 0.00001 亩 and a hectare are
-- all whole; -1 means not known.
CREATE TABLE parcel (
    id       INTEGER PRIMARY KEY,
    code     TEXT NOT NULL UNIQUE,
    district TEXT NOT NULL DEFAULT '',
    address  TEXT NOT NULL DEFAULT ''
);
CREATE TABLE parcel_version (
    id          INTEGER PRIMARY KEY,
    parcel_id   INTEGER NOT NULL REFERENCES parcel (id),
    valid_from  TEXT NOT NULL,
    valid_to    TEXT NOT NULL,
    area        INTEGER NOT NULL,
    floor_area  INTEGER NOT NULL,
    title       TEXT NOT NULL DEFAULT '',
    land_use    TEXT NOT NULL DEFAULT '',
    state       TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX parcel_version_at ON parcel_version (parcel_id, replaced_at, valid_from);

CREATE TABLE tenure (
    id            INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    parcel_id     INTEGER NOT NULL REFERENCES parcel (id),
    kind          TEXT NOT NULL,
    area          INTEGER NOT NULL,
    floor_area    INTEGER NOT NULL,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);
CREATE INDEX tenure_of ON tenure (enterprise_id);
CREATE INDEX tenure_on ON tenure (parcel_id);

-- lessor_id or parcel_id 0: not one of ours, or not known.
CREATE TABLE lease (
    id         INTEGER PRIMARY KEY,
    lessor_id  INTEGER NOT NULL,
    lessee_id  INTEGER NOT NULL,
    parcel_id  INTEGER NOT NULL,
    area       INTEGER NOT NULL,
    floor_area INTEGER NOT NULL,
    contract   TEXT NOT NULL DEFAULT '',
    valid_from TEXT NOT NULL,
    valid_to   TEXT NOT NULL
);
CREATE INDEX lease_from ON lease (lessor_id);
CREATE INDEX lease_to ON lease (lessee_id);

CREATE TABLE meter (
    id       INTEGER PRIMARY KEY,
    kind     TEXT NOT NULL,
    account  TEXT NOT NULL,
    supplier TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, account)
);
CREATE TABLE meter_link (
    id            INTEGER PRIMARY KEY,
    meter_id      INTEGER NOT NULL REFERENCES meter (id),
    enterprise_id INTEGER NOT NULL REFERENCES enterprise (id),
    parcel_id     INTEGER NOT NULL,
    valid_from    TEXT NOT NULL,
    valid_to      TEXT NOT NULL
);
CREATE INDEX meter_link_of ON meter_link (enterprise_id);
CREATE INDEX meter_link_meter ON meter_link (meter_id);

-- +goose Down
DROP TABLE meter_link;
DROP TABLE meter;
DROP TABLE lease;
DROP TABLE tenure;
DROP TABLE parcel_version;
DROP TABLE parcel;
