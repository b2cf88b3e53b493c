#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every fuzz target for some seconds, from its seeds: FUZZ_SECONDS each, 15 if
# not given. Two run at a time.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
. tests/fuzz/corpus.sh

seconds=${FUZZ_SECONDS:-15}
logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT

# fuzz TARGET: leaves TARGET.ok behind when nothing was found.
fuzz() {
	local name=$1
	corpus_unpack "$name" "$logs/$name.seeds"
	# Slow is what takes processor time; the other bounds are a last resort.
	ulimit -t $((seconds * 2 + 20))
	timeout 3600 "build/fuzz/tests/fuzz/$name" \
		-max_total_time="$seconds" -timeout=600 -print_final_stats=0 \
		-artifact_prefix="$logs/" "$logs/$name.seeds" >"$logs/$name" 2>&1 &&
		touch "$logs/$name.ok"
}
export -f fuzz corpus_unpack
export seconds logs

mapfile -t names < <(fuzz_targets)
# shellcheck disable=SC2016 # that shell expands it
printf '%s\n' "${names[@]}" | xargs -P 2 -I{} bash -c 'fuzz "$1"' fuzz {}

echo "1..${#names[@]}"
number=0
failures=0
for name in "${names[@]}"; do
	number=$((number + 1))
	if [ -e "$logs/$name.ok" ]; then
		echo "ok $number - $name finds nothing in $seconds s"
	else
		failures=$((failures + 1))
		echo "not ok $number - $name finds nothing in $seconds s"
		tail -n 20 "$logs/$name" | sed 's/^/# /'
	fi
done
exit $((failures > 0))
