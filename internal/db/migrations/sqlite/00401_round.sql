-- +goose Up
CREATE TABLE round (
    id            INTEGER PRIMARY KEY,
    year          INTEGER NOT NULL,
    population    TEXT NOT NULL,
    scheme        TEXT NOT NULL,
    name          TEXT NOT NULL,
    state         TEXT NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1,
    data_digest   TEXT NOT NULL DEFAULT '',
    pack_digest   TEXT NOT NULL DEFAULT '',
    binding_run   INTEGER NOT NULL DEFAULT 0,
    publish_from  TEXT NOT NULL DEFAULT '',
    publish_until TEXT NOT NULL DEFAULT '',
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    UNIQUE (year, population, scheme)
);

-- What a round was computed from, kept for ever: the frozen columns and, once per
-- digest, the pack's own files.
CREATE TABLE round_snapshot (
    id          INTEGER PRIMARY KEY,
    round_id    INTEGER NOT NULL REFERENCES round (id),
    digest      TEXT NOT NULL,
    as_of       INTEGER NOT NULL,
    enterprises INTEGER NOT NULL,
    data        BLOB NOT NULL,
    created_at  INTEGER NOT NULL
);
CREATE INDEX round_snapshot_round ON round_snapshot (round_id, id);

CREATE TABLE run (
    id            INTEGER PRIMARY KEY,
    round_id      INTEGER NOT NULL REFERENCES round (id),
    no            INTEGER NOT NULL,
    mode          TEXT NOT NULL,
    note          TEXT NOT NULL DEFAULT '',
    cites         TEXT NOT NULL DEFAULT '',
    snapshot_id   INTEGER NOT NULL REFERENCES round_snapshot (id),
    data_digest   TEXT NOT NULL,
    pack_digest   TEXT NOT NULL,
    engine        TEXT NOT NULL,
    result_digest TEXT NOT NULL,
    summary       TEXT NOT NULL,
    columns       TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    created_by    TEXT NOT NULL,
    UNIQUE (round_id, no)
);

-- One row a firm and run. The stages are the packed numbers of the run's columns,
-- in their order; the named columns are what lists sort and filter by.
CREATE TABLE score (
    run_id          INTEGER NOT NULL REFERENCES run (id),
    enterprise_id   INTEGER NOT NULL,
    code            TEXT NOT NULL,
    name            TEXT NOT NULL,
    district        TEXT NOT NULL,
    industry        TEXT NOT NULL,
    graded          INTEGER NOT NULL,
    total           REAL,
    rank_population INTEGER NOT NULL DEFAULT 0,
    rank_district   INTEGER NOT NULL DEFAULT 0,
    band_first      TEXT NOT NULL DEFAULT '',
    band            TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    stages          BLOB NOT NULL,
    PRIMARY KEY (run_id, enterprise_id)
);
CREATE INDEX score_rank ON score (run_id, rank_population);
CREATE INDEX score_enterprise ON score (enterprise_id, run_id);

CREATE TABLE adjustment (
    id            INTEGER PRIMARY KEY,
    round_id      INTEGER NOT NULL REFERENCES round (id),
    enterprise_id INTEGER NOT NULL,
    band          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    document      TEXT NOT NULL,
    decided_by    TEXT NOT NULL,
    decided_at    INTEGER NOT NULL,
    withdrawn_at  INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX adjustment_round ON adjustment (round_id, enterprise_id);

-- Written when a round is finalised: what consequences and the counter of
-- consecutive years read.
CREATE TABLE grade (
    enterprise_id INTEGER NOT NULL,
    year          INTEGER NOT NULL,
    population    TEXT NOT NULL,
    scheme        TEXT NOT NULL,
    run_id        INTEGER NOT NULL REFERENCES run (id),
    band          TEXT NOT NULL,
    total         REAL,
    rank          INTEGER NOT NULL,
    PRIMARY KEY (enterprise_id, year, population, scheme)
);
CREATE INDEX grade_year ON grade (year, band);

-- +goose Down
DROP TABLE grade;
DROP TABLE adjustment;
DROP TABLE score;
DROP TABLE run;
DROP TABLE round_snapshot;
DROP TABLE round;
