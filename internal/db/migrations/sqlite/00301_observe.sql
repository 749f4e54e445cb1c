-- +goose Up
CREATE TABLE observe_file (
    hash      TEXT PRIMARY KEY,
    size      INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    stored_at INTEGER NOT NULL
);

-- A batch is one hand-in of one department for one period. Its seq is given when
-- it is approved: of two live batches with a value for the same firm and item the
-- one with the higher seq holds. Undoing a batch therefore brings back what was.
CREATE TABLE observe_batch (
    id           INTEGER PRIMARY KEY,
    department   TEXT NOT NULL,
    period       TEXT NOT NULL,
    kind         TEXT NOT NULL,
    file_hash    TEXT NOT NULL DEFAULT '',
    file_name    TEXT NOT NULL DEFAULT '',
    state        TEXT NOT NULL,
    version      INTEGER NOT NULL,
    columns      TEXT NOT NULL,
    pack_digest  TEXT NOT NULL,
    row_count    INTEGER NOT NULL,
    value_count  INTEGER NOT NULL,
    unmatched    INTEGER NOT NULL,
    errors       INTEGER NOT NULL,
    warnings     INTEGER NOT NULL,
    seq          INTEGER NOT NULL DEFAULT 0,
    uploaded_by  TEXT NOT NULL,
    uploader     TEXT NOT NULL,
    uploaded_at  INTEGER NOT NULL,
    submitted_by TEXT NOT NULL DEFAULT '',
    submitted_at INTEGER NOT NULL DEFAULT 0,
    approved_by  TEXT NOT NULL DEFAULT '',
    approver     TEXT NOT NULL DEFAULT '',
    approved_at  INTEGER NOT NULL DEFAULT 0,
    undone_by    TEXT NOT NULL DEFAULT '',
    undone_at    INTEGER NOT NULL DEFAULT 0,
    reason       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX observe_batch_period ON observe_batch (period, department, state);
CREATE INDEX observe_batch_file ON observe_batch (file_hash);
CREATE UNIQUE INDEX observe_batch_seq ON observe_batch (seq) WHERE seq > 0;

-- One row of a file, its values packed in the order of the batch's columns.
CREATE TABLE observe_row (
    id            INTEGER PRIMARY KEY,
    batch_id      INTEGER NOT NULL REFERENCES observe_batch (id),
    enterprise_id INTEGER NOT NULL,
    table_no      INTEGER NOT NULL,
    sheet_no      INTEGER NOT NULL,
    sheet         TEXT NOT NULL,
    row_no        INTEGER NOT NULL,
    verdict       TEXT NOT NULL,
    queue_id      INTEGER NOT NULL DEFAULT 0,
    code          TEXT NOT NULL DEFAULT '',
    name          TEXT NOT NULL DEFAULT '',
    cells         BLOB NOT NULL
);
CREATE INDEX observe_row_batch ON observe_row (batch_id, enterprise_id);
CREATE INDEX observe_row_enterprise ON observe_row (enterprise_id, batch_id);

CREATE TABLE observe_finding (
    id       INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL REFERENCES observe_batch (id),
    sheet_no INTEGER NOT NULL,
    sheet    TEXT NOT NULL,
    row_no   INTEGER NOT NULL,
    col_no   INTEGER NOT NULL,
    severity TEXT NOT NULL,
    item     TEXT NOT NULL DEFAULT '',
    message  TEXT NOT NULL
);
CREATE INDEX observe_finding_batch ON observe_finding (batch_id, row_no);

CREATE TABLE observe_mapping (
    department TEXT NOT NULL,
    head       TEXT NOT NULL,
    target     TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (department, head)
);

CREATE TABLE observe_window (
    department TEXT NOT NULL,
    period     TEXT NOT NULL,
    opens      TEXT NOT NULL,
    closes     TEXT NOT NULL,
    set_by     TEXT NOT NULL,
    set_at     INTEGER NOT NULL,
    PRIMARY KEY (department, period)
);

-- What an enterprise said about one value.
CREATE TABLE observe_answer (
    id            INTEGER PRIMARY KEY,
    row_id        INTEGER NOT NULL REFERENCES observe_row (id),
    item          TEXT NOT NULL,
    enterprise_id INTEGER NOT NULL,
    department    TEXT NOT NULL,
    period        TEXT NOT NULL,
    state         TEXT NOT NULL,
    reason        TEXT NOT NULL DEFAULT '',
    claimed       TEXT NOT NULL DEFAULT '',
    said_by       TEXT NOT NULL,
    said_at       INTEGER NOT NULL,
    decided_by    TEXT NOT NULL DEFAULT '',
    decided_at    INTEGER NOT NULL DEFAULT 0,
    decision      TEXT NOT NULL DEFAULT '',
    batch_id      INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX observe_answer_open ON observe_answer (row_id, item) WHERE state = 'open' OR state = 'confirmed';
CREATE INDEX observe_answer_enterprise ON observe_answer (enterprise_id, period);
CREATE INDEX observe_answer_department ON observe_answer (department, state);

-- +goose Down
DROP TABLE observe_answer;
DROP TABLE observe_window;
DROP TABLE observe_mapping;
DROP TABLE observe_finding;
DROP TABLE observe_row;
DROP TABLE observe_batch;
DROP TABLE observe_file;
