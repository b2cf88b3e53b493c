#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the compiler refuses: a message with another body than its row says, and
# a struct with a member that its list has not. Each refused program is beside
# one that differs in that alone and compiles.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

# compiles BODY: BODY is a function's, where everything needed is at hand.
compiles() {
	gcc -std=c17 -D_GNU_SOURCE -I. -Wall -Wextra -Werror -fsyntax-only \
		-x c - <<-END
		#include "appliance/machine/role.h"
		#include "appliance/machine/session.h"
		$2
		void probe(struct wire_end *end, struct session *session,
			struct peer *peer, struct wire_message *message);
		void probe(struct wire_end *end, struct session *session,
			struct peer *peer, struct wire_message *message)
		{
			struct age_file_key key = { { 0 } };
			struct digest digest = { { 0 } };
			struct keys_sign sign = { digest };
			struct keys_quote quote = { digest };
			struct keys_box box = { .header = 1 };
			(void)end; (void)session; (void)peer; (void)message;
			(void)key; (void)sign; (void)quote; (void)box;
			$1
		}
	END
}

# allowed NAME BODY [OUTSIDE]; denied NAME WHY BODY [OUTSIDE]
allowed() {
	ok "allowed: $1" compiles "$2" "${3:-}"
}
denied() {
	refused "denied: $1" 1 "$2" compiles "$3" "${4:-}"
}

pointer='incompatible pointer type'
allowed 'a send' 'wire_send(end, SAY(KEYS_SIGN, &sign), NULL, 0);'
denied 'a send of a struct with the same members' "$pointer" \
	'wire_send(end, SAY(KEYS_SIGN, &quote), NULL, 0);'
denied 'a send of a part of the body' "$pointer" \
	'wire_send(end, SAY(KEYS_SIGN, &digest), NULL, 0);'
denied 'a send without its body' 'argument 1 null where non-null' \
	'wire_send(end, SAY(KEYS_SIGN, NULL), NULL, 0);'
denied 'a send of a body where there is none' "$pointer" \
	'wire_send(end, SAY(DONE, &sign), NULL, 0);'
denied 'a send of a type that is not in the table' "say_KEYS_SING" \
	'wire_send(end, SAY(KEYS_SING, &sign), NULL, 0);'
denied 'a send of a type and a body apart' 'incompatible type' \
	'wire_send(end, KEYS_SIGN, NULL, 0);'

allowed 'a question to a peer' 'peer_tell(peer, SAY(KEYS_BOX, &box), NULL, 0);'
denied 'a question to a peer' "$pointer" \
	'peer_tell(peer, SAY(KEYS_BOX, &sign), NULL, 0);'
allowed 'a question of a session' \
	'session_tell(session, peer, SAY(KEYS_SIGN, &sign));'
denied 'a question of a session' "$pointer" \
	'session_tell(session, peer, SAY(KEYS_SIGN, &key));'

allowed 'what was heard' \
	'key = HEARD(message, KEYS_OPENED)->key;'
denied 'what was heard, as another body' 'incompatible types' \
	'key = *HEARD(message, KEYS_SIGNED);'

list='#define pair_members(X) X(PART, digest, one) X(NUMBER, uint16_t, other)'
layout='const struct layout *pair_layout(void);'
allowed 'a list and its struct' 'struct pair pair = { digest, 1 }; (void)pair;' \
	"$list
	LAYOUT_STRUCT(pair);
	LAYOUT_DEFINE(pair)"
denied 'a member that the list has not' 'no member named' \
	'struct pair pair; pair.third = 1;' \
	"$list
	LAYOUT_STRUCT(pair);"
allowed 'a struct by hand with every member' '' \
	"$list
	struct pair { struct digest one; uint16_t other; };
	$layout
	LAYOUT_DEFINE_WHOLE(pair)"
denied 'a struct by hand with a member forgotten in the list' \
	'a member of struct pair is not in its list' '' \
	"$list
	struct pair { struct digest one; uint16_t other; uint16_t third; };
	$layout
	LAYOUT_DEFINE(pair)"
denied 'a small member forgotten where padding would hide it' \
	'a member of struct triple is not in its list' '' \
	'#define triple_members(X) X(NUMBER, uint32_t, one) X(NUMBER, uint16_t, two)
	struct triple { uint32_t one; uint16_t two; uint16_t third; };
	const struct layout *triple_layout(void);
	LAYOUT_DEFINE_WHOLE(triple)'
finish
