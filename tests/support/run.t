#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# tests/run itself: what its last line says of programs that do not end well.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/tap.sh"


# program NAME: a test program of this name, whose text is stdin.
program() {
	{
		echo '#!/bin/bash'
		cat
	} >"$scratch/$1"
	chmod +x "$scratch/$1"
}

# counts WHAT LAST-LINE STATUS PROGRAM...
counts() {
	local what=$1 line=$2 status=$3 got=0
	shift 3
	tests/run 1 "${@/#/$scratch/}" >"$scratch/said" 2>&1 || got=$?
	is "$what" "$(tail -n 1 "$scratch/said") ($got)" "$line ($status)"
}

# names WHAT TEXT: the last run said so in a line of its own.
names() {
	ok "$1" grep -qxF -- "$scratch/$2" "$scratch/said"
}

program good <<<'echo 1..2; echo ok 1 - one; echo ok 2 - two'
program skipped <<<'echo 1..2; echo ok 1 - one; echo "not ok 2 # SKIP two"'
program skipped-shell <<<'echo 1..4; echo ok 1 - one; echo "ok 2 - two # SKIP no time"
	echo ok 3 - three; echo "ok 4 - four # SKIP no time"'
program nothing <<<'echo "1..0 # SKIP no machine"'
program refused <<-'END'
	echo 1..2; echo ok 1 - one; echo not ok 2 - two; exit 1
END
program killed <<<'echo 1..5; echo ok 1 - one; kill -KILL $$'
program torn <<<'echo 1..2; echo ok 1 - one; echo ok 2 - two; kill -SEGV $$'
program status <<<'echo 1..1; echo ok 1 - one; exit 3'
program silent <<<':'
program unplanned <<<'echo ok 1 - one; echo ok 2 - two'
program short <<<'echo 1..4; echo ok 1 - one; echo ok 2 - two'
program long <<<'echo 1..1; echo ok 1 - one; echo ok 2 - two'
program late <<<'echo ok 1 - one; echo ok 2 - two; echo 1..2'
program late-killed <<<'echo ok 1 - one; kill -KILL $$; echo 1..1'
program alarm <<<'echo 1..3; echo ok 1 - one; kill -ALRM $$; sleep 9'
program stuck <<<'echo 1..3; echo ok 1 - one; sleep 600'
program busy <<<'echo 1..1; for i in {1..90000}; do :; done; echo ok 1'

counts 'all passed' '4 passed, 0 failed' 0 good late
counts 'what is skipped has not passed' '5 passed, 0 failed, 4 skipped' 0 \
	good skipped skipped-shell nothing
names 'a test that cmocka skips is named' 'skipped: SKIPPED: two'
names 'so is one of a shell, with the reason' \
	'skipped-shell: SKIPPED: two: no time'
names 'and a whole program' 'nothing: SKIPPED: no machine'
counts 'one not ok' '1 passed, 1 failed' 1 refused
counts 'killed in the middle' '1 passed, 4 failed' 1 killed
names 'its name and end are printed' \
	'killed: ran 1 of 5 tests, was killed by SIGKILL'
counts 'dead after all passed' '2 passed, 1 failed' 1 torn
names 'its end is printed' 'torn: was killed by SIGSEGV'
counts 'no output' '0 passed, 1 failed' 1 silent
names 'that it had no plan is printed' 'silent: had no plan'
counts 'a plan larger than what ran' '2 passed, 2 failed' 1 short
counts 'each that ends badly has failed' '7 passed, 7 failed' 1 \
	alarm status unplanned late-killed long absent
names 'a bad status is printed' 'status: ended with status 3'
names 'a dead alarm is printed' 'alarm: ran 1 of 3 tests, was killed by SIGALRM'

export STUCK_SECONDS=3 SECONDS_MOST=0.01
counts 'one that waits for ever is ended' '2 passed, 2 failed' 1 stuck busy
names 'that it was stuck is printed' \
	'stuck: ran 1 of 3 tests, was stuck: no processor time for 3 s'
ok 'a slow one is named' grep -q \
	'/busy: slow: .* s of processor time, more than 0.01' "$scratch/said"

finish
