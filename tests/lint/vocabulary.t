#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One thing has one Persian word in the tables of the machine, the desk and the
# page and in the Persian guides, and tests/lint/vocabulary says so where it has another.
# shellcheck source=tests/support/tap.sh
. "$(dirname "$0")/../support/tap.sh"

tree=$scratch/tree
files=(appliance/record/notices.def appliance/desk/common/words.def
	appliance/page/words.js appliance/page/station_words.js
	appliance/verify/verify.c appliance/verify/reasons.def docs/glossary.md
	docs/fa)
mkdir "$tree"
cp -r --parents "${files[@]}" "$tree"

# said NAME TEXT FILE SED-SCRIPT: that file of a copy is altered, and refused.
said() {
	sed -i "$4" "$tree/$3"
	! cmp -s "$3" "$tree/$3" || bail "nothing was planted"
	refused "$1" 1 "$2" tests/lint/vocabulary --tree "$tree"
	cp "$3" "$tree/$3"
}

ok 'one thing has one word' tests/lint/vocabulary
said 'a label with another word than the glossary' 'contest is مسابقه' \
	appliance/desk/common/words.def 's/"contest", "رقابت"/"contest", "مسابقه"/'
said 'a word of the table that is rejected' 'ژورنال' \
	appliance/record/notices.def 's/دفتر وقایع پر است/ژورنال پر است/'
said 'so on the page' 'ژورنال' appliance/page/words.js \
	's/دفتر وقایع دستگاه/ژورنال دستگاه/'
said 'a check that the desk calls otherwise' 'going on is دنباله, in ' \
	appliance/page/words.js 's/"going on", "ادامهٔ همان دفتر"/"going on", "دنباله"/'
said 'a check that the page has no words for' 'the check quote has no words' \
	appliance/page/words.js 's/^\t"quote": /\t"quotation": /'
said 'so on a station page' 'station_words.js: contest is رأی‌گیری' \
	appliance/page/station_words.js \
	's/"contest", "رقابت"/"contest", "رأی‌گیری"/'
said 'so in a reason' 'reasons.def:' appliance/verify/reasons.def \
	's/سطر نخست/سطر کاندید/'
said 'so in a guide' 'docs/fa/stations.md:' docs/fa/stations.md \
	's/شناسهٔ رقابت/نام رأی‌گیری/'
said 'so on the poster' 'docs/fa/poster.html:' docs/fa/poster.html \
	's/ممیزان/حسابرسان/'
finish
