#!/bin/sh
# Makes the databases of ten million records that the figures of README are of (once: about six minutes), and asks them.
#   sh tests/bench/queries.sh BUILD_DIRECTORY WORK_DIRECTORY
set -eu
build=$1
work=$2
mkdir -p "$work"

# fill DATABASE COPIES FLAGS…: so many copies of one mailbox, each later than the one before.
fill() {
  database=$work/$1
  copies=$2
  shift 2
  [ -e "$database" ] && return
  for copy in $(seq 0 $((copies - 1))); do
    "$build/make_bench_mailbox" "$work/copy.mbox" "$@" --copy "$copy" > "$work/copy.json"
    "$build/dmarcq" --db "$database.part" --quiet ingest "$work/copy.mbox"
  done
  rm -f "$work/copy.mbox" "$work/copy.json" "$database.part.lock"
  mv "$database.part" "$database"
}

fill sources_200k.db 47 --mails 4260 --records 213000 --days 20  # a source: domain, address, identity, evaluation
fill sources_940k.db 10
fill one_domain.db 10 --domains 1

for database in sources_200k.db sources_940k.db; do
  for domain in amberworks.example deltaenergy.example; do  # the largest, and one of middle size
    echo "$database, $domain"
    "$build/query_bench" "$work/$database" "$domain"
  done
done

echo "one_domain.db: report"
for run in 1 2 3 4 5; do
  began=$(date +%s%N)
  DMARCQ_TODAY=2029-01-19 "$build/dmarcq" --db "$work/one_domain.db" report -o "$work/report.html"
  echo "  $((($(date +%s%N) - began) / 1000000)) ms"
done
