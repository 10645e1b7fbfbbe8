-- +goose Up
-- Where a person works. Nobody in it means everywhere.
create table access_user_locations (
    user_id     bigint not null references access_users,
    location_id bigint not null references inventory_locations,
    primary key (user_id, location_id)
);
