-- What a node's database holds, so that a restored one can be compared with it: per schema of a service the number of stored facts, the
-- last number, and a sum over every fact's content that does not depend on the order they are read in.
select format($$select %L, count(*), coalesce(max(seq_id), 0), coalesce(sum(('x' || substr(md5(concat_ws('|', seq_id, id, stream_id, version, type, data::text, timestamp, headers::text)), 1, 15))::bit(60)::bigint::numeric), 0) from %I.mt_events$$, nspname, nspname)
from pg_namespace where to_regclass(format('%I.mt_events', nspname)) is not null order by nspname
\gexec
