#!/usr/bin/env bash
# restore.sh ARCHIVE PROJECT: restore inputs, rounds and the published run into a project.
#
# Existing folders are moved to data/before-<time>, never overwritten. Archives do not contain household rows or the key
# of the pseudonyms. Afterwards `pilot-areas run` publishes again.
set -euo pipefail

refuse() {
  echo "restore.sh: $1" >&2
  exit 2
}

[ $# -eq 2 ] || refuse "found $# arguments; expected ARCHIVE PROJECT; to fix: give both"
[ -f "$1" ] || refuse "$1: found no such file; expected an archive of backup.sh; to fix: correct the name"
[ -f "$1.sha256" ] || refuse "$1.sha256: found no such file; expected the digest in the same folder; to fix: copy both files"
archive=$(realpath "$1")
mkdir -p "$2"
project=$(cd "$2" && pwd)
expected=$(cut -d' ' -f1 <"$archive.sha256")
found=$(sha256sum "$archive" | cut -d' ' -f1)
[ "$found" = "$expected" ] ||
  refuse "$1: found sha256 ${found:0:12}; expected ${expected:0:12}; to fix: use another copy, this one is damaged"
names=$(tar --list --gzip --absolute-names --file "$archive")
if grep -qvE '^(dagster\.yaml$|data/)' <<<"$names" || grep -qE '(^|/)\.\.(/|$)' <<<"$names"; then
  refuse "$1: found names outside data/; expected an archive of backup.sh; to fix: use another archive"
fi

temporary=$(mktemp -d "$project/.restoring-XXXXXX")
trap 'rm -rf "$temporary"' EXIT
tar --extract --gzip --file "$archive" --directory "$temporary" --no-same-owner
mkdir -p "$project/data"
before="$project/data/before-$(date -u +%Y%m%dT%H%M%S)"
for part in raw rounds .processed.runs; do
  [ -d "$temporary/data/$part" ] || continue
  if [ -e "$project/data/$part" ]; then
    mkdir -p "$before"
    mv "$project/data/$part" "$before/$part"
    echo "restore.sh: moved $project/data/$part to $before" >&2
  fi
  mv "$temporary/data/$part" "$project/data/$part"
done
[ -f "$project/dagster.yaml" ] || mv "$temporary/dagster.yaml" "$project/dagster.yaml"
echo "restored into $project; check with \`pilot-areas rounds list\`, publish with \`pilot-areas run\`"
