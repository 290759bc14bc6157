#!/bin/sh
# Run once by the database's container: the role that owns the tables. It is no superuser; the application's own role, which
# owns nothing, is made by the first migration.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --set=word="$(cat /run/secrets/database_password)" <<'SQL'
create role arap_owner login createrole createdb password :'word';
create database arap owner arap_owner;
SQL
