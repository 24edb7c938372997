CREATE TABLE bench_event (
    id bigserial PRIMARY KEY,
    event_id varchar(255) UNIQUE,
    type varchar(100),
    body bytea,
    received_at timestamptz DEFAULT now()
);
