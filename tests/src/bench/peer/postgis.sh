#!/bin/sh
# Points in outlines by PostGIS: one join over a GiST index, one process, in a cluster of its own that is thrown away.
# Arguments: a folder that may be filled, a file with one WKT polygon a line, a file with one WKT point a line. Prints version, hits and milliseconds.
set -eu
folder=$1 outlines=$2 points=$3
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown -R postgres "$folder"
as_postgres "$bin/initdb" -D "$folder/cluster" -A trust -U bench >"$folder/log" 2>&1
as_postgres "$bin/pg_ctl" -D "$folder/cluster" -w -l "$folder/server.log" \
  -o "-c listen_addresses='' -k $folder -c max_parallel_workers_per_gather=0 -c shared_buffers=256MB -c jit=off" start >>"$folder/log" 2>&1
trap 'as_postgres "$bin/pg_ctl" -D "$folder/cluster" -m immediate stop >>"$folder/log" 2>&1' EXIT
psql -h "$folder" -U bench -d postgres -q -t -A -v ON_ERROR_STOP=1 <<SQL
CREATE EXTENSION postgis;
CREATE TABLE outline (shape geometry);
CREATE TABLE place (point geometry);
\\copy outline FROM '$outlines'
\\copy place FROM '$points'
CREATE INDEX ON outline USING gist (shape);
VACUUM ANALYZE outline;
VACUUM ANALYZE place;
SELECT postgis_lib_version();
\\timing on
SELECT count(*) FROM place JOIN outline ON ST_Intersects(outline.shape, place.point);
SQL
