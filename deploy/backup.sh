#!/usr/bin/env bash
# backup.sh PROJECT FOLDER: write an archive of all files that cannot be made again, and its sha256; keep the last 14.
#
# It contains the inputs without household rows (they are never copied), the archived rounds, the published run and the
# settings of the Dagster instance. The archive gets its name when it is complete.
set -euo pipefail

if [ $# -ne 2 ] || [ ! -f "$1/dagster.yaml" ]; then
  echo "backup.sh: found $#: '$*'; expected PROJECT FOLDER, a project with a dagster.yaml; to fix: give both" >&2
  exit 2
fi
project=$(cd "$1" && pwd)
mkdir -p "$2"
folder=$(cd "$2" && pwd)
kept=14
name="pilot-areas-$(date -u +%Y%m%dT%H%M%S).tar.gz"

parts=(dagster.yaml data/raw)
[ -d "$project/data/rounds" ] && parts+=(data/rounds)
# Named once, so that all of it is of one run, whatever is published meanwhile.
if [ -e "$project/data/.processed.runs/current" ]; then
  run=$(basename "$(dirname "$(realpath "$project/data/.processed.runs/current/processed")")")
  parts+=("data/.processed.runs/$run")
fi

rm -f "$folder"/.pilot-areas-*
temporary="$folder/.$name.$$"
trap 'rm -f "$temporary"' EXIT
# What goes in is named file by file: where a list of household rows to leave out were wrong, they would go in.
cd "$project"
{
  find "${parts[@]}" -path data/raw/households -prune -o -path 'data/rounds/.building-*' -prune -o \
    \( -type f -o -type l \) -print0
  if [ -d data/raw/households ]; then
    find data/raw/households -type f \( -name mapping.toml -o -name SOURCE.toml -o -name README.md \) -print0
  fi
} | sort -z | tar --create --gzip --file "$temporary" --no-recursion --owner=0 --group=0 --numeric-owner --null --files-from -
sync "$temporary"
(cd "$folder" && sum=$(sha256sum "$temporary" | cut -d' ' -f1) && printf '%s  %s\n' "$sum" "$name" >"$name.sha256")
mv "$temporary" "$folder/$name"
find "$folder" -maxdepth 1 -name 'pilot-areas-*.tar.gz' | sort | head -n "-$kept" | while IFS= read -r old; do
  rm -f "$old" "$old.sha256"
done
# Digests whose archive was not completed.
for sum in "$folder"/pilot-areas-*.tar.gz.sha256; do
  [ -e "${sum%.sha256}" ] || rm -f "$sum"
done
echo "$folder/$name"
