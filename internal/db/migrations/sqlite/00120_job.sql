-- +goose Up
CREATE TABLE job (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL,
    job_key       TEXT,
    payload       TEXT NOT NULL DEFAULT '',
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    run_at        INTEGER NOT NULL,
    attempt       INTEGER NOT NULL DEFAULT 0,
    epoch         INTEGER NOT NULL DEFAULT 0,
    lease_owner   TEXT NOT NULL DEFAULT '',
    lease_until   INTEGER NOT NULL DEFAULT 0,
    cancelling    INTEGER NOT NULL DEFAULT 0 CHECK (cancelling IN (0, 1)),
    done_units    INTEGER NOT NULL DEFAULT 0,
    total_units   INTEGER NOT NULL DEFAULT 0,
    message       TEXT NOT NULL DEFAULT '',
    result        TEXT NOT NULL DEFAULT '',
    error         TEXT NOT NULL DEFAULT '',
    hint          TEXT NOT NULL DEFAULT '',
    asked_by      TEXT NOT NULL,
    asked_name    TEXT NOT NULL,
    district      TEXT NOT NULL DEFAULT '',
    department    TEXT NOT NULL DEFAULT '',
    enterprise_id INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    started_at    INTEGER NOT NULL DEFAULT 0,
    finished_at   INTEGER NOT NULL DEFAULT 0
);

-- One live job per name and key; jobs without a key never collide.
CREATE UNIQUE INDEX job_live ON job (name, job_key) WHERE state IN ('waiting', 'running');
CREATE INDEX job_due ON job (state, run_at);
CREATE INDEX job_asked ON job (asked_by, id);

-- When each scheduled job is due next. Whoever moves next_at enqueues the run.
CREATE TABLE job_schedule (
    name    TEXT NOT NULL PRIMARY KEY,
    next_at INTEGER NOT NULL
);

-- +goose Down
DROP TABLE job_schedule;
DROP TABLE job;
