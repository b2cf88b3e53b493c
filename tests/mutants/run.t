#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The mutants' run on a tree of its own, which has one source and two tests:
# which stage sees a bug, what is tried again, and that it can be split.
. "$(dirname "$0")/../support/tap.sh"

run=$PWD/tests/mutants/run
mkdir "$scratch/tree"
cd "$scratch/tree" || bail 'no folder'
mkdir -p src tests/add tests/less tests/mutants
cp "$run" tests/mutants/run
git init -q .

cat >Makefile <<'EOF'
LONG := build/native/tests/add/test_add
UNITS := $(patsubst tests/%.c,build/native/tests/%,$(wildcard tests/*/*.c))
build/native/tests/%: tests/%.c src/code.c
	@mkdir -p $(@D) && gcc -o $@ $^
EOF
cat >src/code.c <<'EOF'
#include <unistd.h>
int sum(int a, int b) { return a + b; }
int difference(int a, int b) { return a - b; }
int twice(int a) { return 2 * a; }
int answer(void) { return 42; }
EOF
cat >tests/add/test_add.c <<'EOF'
int sum(int, int), twice(int);
int main(void) { return sum(1, 2) != 3 || twice(4) != 8; }
EOF
cat >tests/less/test_less.c <<'EOF'
int difference(int, int);
int main(void) { return difference(3, 1) != 2; }
EOF
cat >tests/mutants/list <<'EOF'
tests add/test_add

bug sum-less src/code.c
- return a + b;
+ return a - b;

bug difference-more src/code.c
- return a - b;
+ return a + b;

bug twice-is-sum src/code.c
- return 2 * a;
+ return a + a;

bug another-answer src/code.c
- return 42;
+ return 43;
EOF
cat >waits <<'EOF'

tests add/test_add

bug sum-waits src/code.c
- return a + b;
+ for (;;) pause();
EOF
echo 'twice-is-sum Twice a number is the sum of it and itself.' \
	>tests/mutants/equal
echo /build/ >.gitignore

mutants() {
	tests/mutants/run "$@" >../said 2>&1
}

# The bugs that were tried, with the stage that saw each, or none.
tried() {
	awk -F '\t' 'NF == 4 { if (!($1 in by)) bug[n++] = $1; by[$1] = $2 }
		END { for (i = 0; i < n; i++) printf "%s:%s ", bug[i],
			by[bug[i]] }' ../said
}

last() {
	tail -n 1 ../said
}

three='twice-is-sum:SURVIVED another-answer:SURVIVED '
whole='2 of 4 seen, 2 survived, of which 1 change nothing'

mutants --near
is 'the nearest test sees one' "$(tried)" \
	"sum-less:near difference-more:SURVIVED $three"
mutants --wide --resume
is 'what it did not see goes on with the others' "$(tried)" \
	"difference-more:wide $three"
is 'one survives that is not excused' "$(last)" "$whole"
like 'each stage is told as it ends' "$(printf 'another-answer\tSURVIVED\tnear wide\t')" \
	cat ../said
like 'and is named' 'another-answer: SURVIVED' cat ../said
mutants --wide --resume
is 'nothing is tried again' "$(tried)" ''
is 'and it is all the same' "$(last)" "$whole"

echo '/* changed */' >>tests/less/test_less.c
mutants --wide --resume
is 'but what hangs on a test that has changed' "$(tried)" \
	'difference-more:wide another-answer:SURVIVED '
sed -i 's/is the sum/is known to be the sum/' tests/mutants/equal
mutants --wide --resume
is 'or on the reason' "$(tried)" "$three"
mutants --wide sum-less
is 'or what is named' "$(tried)" 'sum-less:near '
mutants --wide --resume --part 1/3
is 'and a part knows what others have found' "$(tried)" ''

rm -r build
tests/mutants/run --wide --part 1/2 >../one 2>&1 &
tests/mutants/run --wide --part 2/2 >../two 2>&1
wait
cat ../one ../two >../said
is 'two parts at the same time' "$(tried | tr ' ' '\n' | sort | tr '\n' ' ')" \
	'another-answer:SURVIVED difference-more:wide sum-less:near twice-is-sum:SURVIVED '

cp tests/less/test_less.c ../less.c
echo 'int main(void) { return 1; }' >tests/less/test_less.c
mutants --wide --resume
is 'what fails without a bug has seen none' "$(tried)" \
	'difference-more:UNKNOWN another-answer:UNKNOWN '
like 'and it is told' 'difference-more: less/test_less exit 1: and so without it' \
	cat ../said
cp ../less.c tests/less/test_less.c
mutants --wide --resume

cat waits >>tests/mutants/list
STUCK_SECONDS=1 mutants --near sum-waits
like 'a test that waits for ever is ended' 'add/test_add waits for ever' \
	cat ../said

refused 'the last stage needs the image' 1 'sandoq.efi is not built' \
	tests/mutants/run
mutants --summary
like 'what has not come to the last stage is not judged' \
	'  src                        5     2     1         0      0        2' \
	cat tests/mutants/summary
finish
