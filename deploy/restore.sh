#!/usr/bin/env bash
# restore.sh ARCHIVE PROJECT: inputs, rounds and the run that was published, back into a project.
#
# What was there is moved aside, never overwritten. Household rows and the key of the pseudonyms are in no archive.
# Afterwards `pilot-areas run` publishes again.
set -euo pipefail

refuse() {
  echo "restore.sh: $1" >&2
  exit 2
}

[ $# -eq 2 ] || refuse "found $# arguments; expected ARCHIVE PROJECT; to fix: give both"
[ -f "$1" ] || refuse "$1: found no such file; expected an archive of backup.sh; to fix: correct the name"
[ -f "$1.sha256" ] || refuse "$1.sha256: found no such file; expected the digest beside the archive; to fix: copy both"
archive=$(realpath "$1")
mkdir -p "$2"
project=$(cd "$2" && pwd)
expected=$(cut -d' ' -f1 <"$archive.sha256")
found=$(sha256sum "$archive" | cut -d' ' -f1)
[ "$found" = "$expected" ] ||
  refuse "$1: found sha256 ${found:0:12}; expected ${expected:0:12}; to fix: take another copy, this one is damaged"
names=$(tar --list --gzip --absolute-names --file "$archive")
if grep -qvE '^(dagster\.yaml$|data/)' <<<"$names" || grep -qE '(^|/)\.\.(/|$)' <<<"$names"; then
  refuse "$1: found names outside data/; expected an archive of backup.sh; to fix: take another"
fi

aside=$(mktemp -d "$project/.restoring-XXXXXX")
trap 'rm -rf "$aside"' EXIT
tar --extract --gzip --file "$archive" --directory "$aside" --no-same-owner
mkdir -p "$project/data"
before="$project/data/before-$(date -u +%Y%m%dT%H%M%S)"
for part in raw rounds .processed.runs; do
  [ -d "$aside/data/$part" ] || continue
  if [ -e "$project/data/$part" ]; then
    mkdir -p "$before"
    mv "$project/data/$part" "$before/$part"
    echo "restore.sh: what was in $project/data/$part lies in $before now" >&2
  fi
  mv "$aside/data/$part" "$project/data/$part"
done
[ -f "$project/dagster.yaml" ] || mv "$aside/dagster.yaml" "$project/dagster.yaml"
echo "restored into $project; now \`pilot-areas rounds list\`, then \`pilot-areas run\` publishes again"
