/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verifier that is nobody's command: it is linked with libverify.a,
 * libcrypto and jansson, and with nothing else of this tree.
 *
 *	alone DEFINITION SENT AUTHORITIES SECONDS
 *
 * prints one line for each check; DEFINITION `-` stands for none yet, and then
 * the machine's enrolment is verified. All that touches the world outside is
 *here: the files, the time that the caller gives, the lines, the exit status.
 */
#include "appliance/formats/crypto.h"
#include "appliance/verify/outcomes.h"
#include "appliance/verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 64 << 20 };

static struct bytes whole_file(const char *path)
{
	uint8_t *data = malloc(FILE_MOST);
	FILE *file = fopen(path, "rb");
	if (data == NULL || file == NULL)
		exit(2);
	struct bytes whole = bytes_of(data, fread(data, 1, FILE_MOST, file));
	fclose(file);
	return whole;
}

static bool tell(const struct evidence *evidence)
{
	const enum verify_goal goal = evidence->definition != NULL
					      ? VERIFY_RELEASED
					      : VERIFY_ENROLMENT;
	static struct chain chain;
	struct checks checks;
	struct outcomes outcomes;
	bool worked = verify(goal, evidence, &chain, &checks);
	for (size_t i = 0; i < checks.count; i++)
		printf("%s: %s\n", checks.check[i].name,
			checks.check[i].outcome == CHECK_PASSED
				? "passed"
				: checks.check[i].reason);
	if (worked && chain.has_result) {
		worked = outcomes_of(&chain.result, &outcomes) == NULL;
		outcomes_free(&outcomes);
	}
	verify_free(&chain);
	return worked;
}

int main(int argc, char **argv)
{
	static struct definition definition;
	static char error[DEFINITION_ERROR_MOST];
	struct archive sent;
	if (argc != 5)
		return 2;
	crypto_start();
	struct evidence evidence = {
		.sent = &sent,
		.authorities = whole_file(argv[3]),
		.now = strtoll(argv[4], NULL, 10),
	};
	if (archive_parse(whole_file(argv[2]), &sent) != NULL)
		return 2;
	if (strcmp(argv[1], "-") != 0) {
		evidence.definition_file = whole_file(argv[1]);
		evidence.definition = &definition;
		if (!definition_parse(
			    &definition, evidence.definition_file, error))
			return 2;
	}
	return tell(&evidence) ? 0 : 1;
}
