#!/usr/bin/env bash
# backup.sh PROJECT FOLDER: one archive of what cannot be made again, with its sha256 beside it; the last 14 are kept.
#
# Inputs without household rows (they stay in the one place where they were put), archived rounds, the run that is
# published, the instance's settings. The archive appears under its name whole or not at all.
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
aside="$folder/.$name.$$"
trap 'rm -f "$aside"' EXIT
# What goes in is named file by file: where a list of household rows to leave out were wrong, they would go in.
cd "$project"
{
  find "${parts[@]}" -path data/raw/households -prune -o -path 'data/rounds/.building-*' -prune -o \
    \( -type f -o -type l \) -print0
  if [ -d data/raw/households ]; then
    find data/raw/households -type f \( -name mapping.toml -o -name SOURCE.toml -o -name README.md \) -print0
  fi
} | sort -z | tar --create --gzip --file "$aside" --no-recursion --owner=0 --group=0 --numeric-owner --null --files-from -
sync "$aside"
(cd "$folder" && sum=$(sha256sum "$aside" | cut -d' ' -f1) && printf '%s  %s\n' "$sum" "$name" >"$name.sha256")
mv "$aside" "$folder/$name"
find "$folder" -maxdepth 1 -name 'pilot-areas-*.tar.gz' | sort | head -n "-$kept" | while IFS= read -r old; do
  rm -f "$old" "$old.sha256"
done
# A digest whose archive never came.
for sum in "$folder"/pilot-areas-*.tar.gz.sha256; do
  [ -e "${sum%.sha256}" ] || rm -f "$sum"
done
echo "$folder/$name"
