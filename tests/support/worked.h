/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worked examples of the rules, as docs/rules.md and model.py write them:
 * one contest, its stations and ballots, rulings, and what the result must
 * say, one item a line.
 *
 *	[rule=R] seats=N alternates=N choices=N
 *	candidate CODE [tie_break=N,N] [list=NAME] [withdrawn]
 *	station ID [annulled]
 *	ballots N: CODE CODE ...		(in the station above)
 *	lot CODE CODE ...
 *	gives
 *	contest: ROW
 *	candidate: CODE votes=N rank=N OUTCOME
 *	refused: WHY				(instead of the two above)
 */
#ifndef SANDOQ_TESTS_SUPPORT_WORKED_H
#define SANDOQ_TESTS_SUPPORT_WORKED_H

/*
 * Counts one example with the programs' own code, from ballots through boxes
 * to the canonical text, and fails the test where the text differs. `text`
 * is changed.
 */
void worked_example(char *text);

#endif
