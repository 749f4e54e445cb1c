-- +goose Up
CREATE TABLE match_queue (
    id            INTEGER PRIMARY KEY,
    code          TEXT NOT NULL,
    name          TEXT NOT NULL,
    folded        TEXT NOT NULL,
    state         TEXT NOT NULL,
    why           TEXT NOT NULL,
    candidates    TEXT NOT NULL,
    department    TEXT NOT NULL DEFAULT '',
    file          TEXT NOT NULL DEFAULT '',
    sheet         TEXT NOT NULL DEFAULT '',
    row_no        INTEGER NOT NULL DEFAULT 0,
    seen          INTEGER NOT NULL DEFAULT 1,
    opened_at     INTEGER NOT NULL,
    decided_at    INTEGER NOT NULL DEFAULT 0,
    decided_by    TEXT NOT NULL DEFAULT '',
    enterprise_id INTEGER NOT NULL DEFAULT 0,
    reason        TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX match_queue_open ON match_queue (code, folded) WHERE state = 'open';
CREATE INDEX match_queue_state ON match_queue (state, department);

-- +goose Down
DROP TABLE match_queue;
