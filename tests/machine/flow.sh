# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The steps of an election on one machine, as people do them: shared by the
# demonstration (`make run`) and by the whole-machine tests.
#
# The caller sets $root (this tree), $sandoq, $image (EFI file), $work (a
# folder) and, for make_sample, $seed. Every step reads and writes under $work;
# a step that fails ends the shell.
#
#   $work/machine   the machine: TPM, firmware, disk, console.log
#   $work/desk      what the people hold: keys, definition, notes, archives
#   $work/media     the sticks

: "${root:?}" "${sandoq:?}" "${image:?}" "${work:?}"

machine=$work/machine
desk=$work/desk
media=$work/media
keys=$desk/keys
stations=12
# Which members of the authority, of the officers and of the auditors sign.
numbers=${numbers:-1 3}
# How many boxes the people know to be missing, when it is not none.
without=${without:-}
patience=${patience:-180}
model=${model:-qemu-ovmf}
vars=''

flow_fail() {
	echo "$*" >&2
	exit 1
}

# --- the machine and its media ---

start_machine() {
	"$sandoq" machine run "$machine" --daemon --until "${owner:-$$}" "$@"
}

# see TEXT: the next console line that says so.
see() {
	"$sandoq" machine wait "$machine" "$1" --timeout "$patience" >/dev/null
}

ready() {
	see ": state $1: insert"
}

# Sticks are as people have them, of FAT, with the archive as a file; where
# $sticks is `raw` the archive lies on the device itself.
: "${sticks:=fat}"

# pack_stick NAME OPTION...: the stick $media/NAME.
pack_stick() {
	local name=$1
	shift
	mkdir -p "$media"
	if [ "$sticks" = raw ]; then
		"$sandoq" courier pack "$media/$name" "$@"
	else
		"$sandoq" courier pack "$media/$name.tar" "$@" \
			--to "$media/$name"
	fi
}

# pack_outbox NAME [nonce=FILE]
pack_outbox() {
	local name=$1
	shift
	pack_stick "$name" --kind outbox --capacity "${outbox_mib:-8}" "$@"
}

# fetch NAME: what the machine wrote onto that stick becomes $desk/NAME.
fetch() {
	if [ "$sticks" = raw ]; then
		cp "$media/$1" "$desk/$1"
	else
		MTOOLSRC=/dev/null mcopy -n -o -i "$media/$1@@1M" ::OUTBOX.TAR \
			"$desk/$1"
	fi
}

# pack KIND MEMBER=FILE...: the stick $media/KIND.
pack() {
	local kind=$1
	shift
	pack_stick "$kind" --kind "$kind" "$@"
}

# bring KIND: plug the stick in, wait until the machine has taken it.
bring() {
	"$sandoq" machine plug "$machine" "$media/$1" &&
		see "${2:-done: remove the medium}" &&
		"$sandoq" machine unplug "$machine"
}

# collect NAME [nonce=FILE]: an outbox, whose archive becomes $desk/NAME.
collect() {
	local name=$1
	shift
	pack_outbox "$name" "$@" &&
		"$sandoq" machine plug "$machine" "$media/$name" --writable &&
		see 'done: remove the medium' &&
		"$sandoq" machine unplug "$machine" &&
		fetch "$name"
}

# --- the people ---

public_key() {
	"$sandoq" key show "$keys/$1.pem" --name "$1"
}

# co_sign OUT KEY... -- COMMAND...: one signature after another on one note.
co_sign() {
	local out=$1 note=() key signers=()
	shift
	while [ "$1" != -- ]; do
		signers+=("$1")
		shift
	done
	shift
	for key in "${signers[@]}"; do
		"$@" --key "$keys/$key.pem" "${note[@]}" --yes \
			--force --output "$out.new" >/dev/null || return
		mv "$out.new" "$out"
		note=(--note "$out")
	done
}

# The names of those of a body who sign, as authority-1.
signing() {
	local number
	for number in $numbers; do
		echo "$1-$number"
	done
}

# approve_by_all STEP BODY STEM: makes the files STEM-1, STEM-2 ... one after
# another; $approvals is what a stick takes of them.
approve_by_all() {
	local name number=0
	approvals=()
	for name in $(signing "$2"); do
		number=$((number + 1))
		"$1" "$name" "$3-$number" || return
		approvals+=("approval-$number=$3-$number")
	done
}

# --- 2: a machine, and the profile that its boot is compared with ---

# Of the model $model; $vars replaces its firmware's empty variables.
create_machine() {
	local folder=$1
	"$root/image/disk" --efi "$image" --journal 64 "$folder.disk" >/dev/null &&
		"$sandoq" machine create "$folder" --disk "$folder.disk" \
			--profile "$model" ${vars:+--vars "$vars"} &&
		rm -f "$folder.disk"
}

take_profile() {
	cp "$root/image/profiles/$model.json" "$desk/profile.json"
}

authorities() {
	cat "$machine"/ca/swtpm-localca-rootca-cert.pem \
		"$machine"/ca/issuer.pem >"$desk/authorities.pem"
}

# --- 3: enrolment ---

# Who its operators are, and whose elections it is for: those of the authority
# that has its definition already.
name_people() {
	local operators=() authority=() quorum=()
	operators=(
		"executive=$(public_key operator-1)"
		"executive=$(public_key operator-2)"
		"supervisory=$(public_key operator-3)"
	) || return
	mapfile -t authority < <(jq -r '.authority[] | "\(.board)=\(.key)"' \
		"$desk/definition.json")
	mapfile -t quorum < <(jq -r '.quorum.definition | .need, .each // 1' \
		"$desk/definition.json")
	"$sandoq" machine operators "${operators[@]}" --machine "${serial:-S-0001}" \
		--need 2 --force --output "$desk/operators" &&
		"$sandoq" machine authority "${authority[@]}" \
			--need "${quorum[0]}" --each "${quorum[1]}" \
			--force --output "$desk/authority"
}

# approve_boot OPERATOR NUMBER: with a credential of the operator's own.
approve_boot() {
	"$sandoq" machine enrol "$desk/identity" \
		--authorities "$desk/authorities.pem" \
		--force --credential "$desk/credential-$2" \
		--secret "$keys/$1.secret" &&
		"$sandoq" image approve "$image" --profile "$desk/profile.json" \
			--sent "$desk/identity" --operators "$desk/operators" \
			--authority "$desk/authority" --secret "$keys/$1.secret" \
			--authorities "$desk/authorities.pem" \
			--key "$keys/$1.pem" --yes \
			--force --output "$desk/boot-approval-$2" >/dev/null
}

# pack_enrol: what two operators brought.
pack_enrol() {
	local n members=()
	for n in 1 2; do
		members+=("credential-$n=$desk/credential-$n"
			"approval-$n=$desk/boot-approval-$n")
	done
	pack enrol "operators=$desk/operators" "authority=$desk/authority" \
		"${members[@]}"
}

# Everything up to the stick of a blank machine.
pack_enrolment() {
	ready blank &&
		collect identity &&
		name_people &&
		approve_boot operator-1 1 &&
		approve_boot operator-3 2 &&
		pack_enrol
}

enrol_machine() {
	pack_enrolment &&
		bring enrol &&
		ready enrolled &&
		collect enrolled &&
		co_sign "$desk/enrolment.note" operator-1 operator-3 -- \
			"$sandoq" machine enrolment --sent "$desk/enrolled" \
			--operators "$desk/operators" \
			--authorities "$desk/authorities.pem" \
			--date "${day:-$(date -u +%F)}"
}

# --- 4: the election ---

make_sample() {
	"$sandoq" election sample "$desk" --image "$image" \
		--authorities "$desk/authorities.pem" --seed "${seed:?}" \
		--software-tpm "$@"
}

sign_definition() {
	# shellcheck disable=SC2046 # one word for each
	co_sign "$desk/definition.note" $(signing authority) -- \
		"$sandoq" election sign "$desk/definition.json"
}

pack_election() {
	pack election "definition.json=$desk/definition.json" \
		"definition.note=$desk/definition.note" \
		"enrolment.note=$desk/enrolment.note"
}

seal_election() {
	sign_definition &&
		pack_election &&
		bring election &&
		ready sealed &&
		collect sealed &&
		rm -rf "$desk/sealed.d" &&
		"$sandoq" courier unpack "$desk/sealed" "$desk/sealed.d" >/dev/null &&
		sign_election_keys
}

sign_election_keys() {
	# shellcheck disable=SC2046 # one word for each
	co_sign "$desk/election-keys.note" $(signing authority) -- \
		"$sandoq" election keys \
		--definition "$desk/definition.json" --sent "$desk/sealed" \
		--authorities "$desk/authorities.pem"
}

# --- 5: the stations ---

# seal_box STATION [BALLOTS [NAME]]
seal_box() {
	local station=$1
	"$sandoq" box seal "${2:-$desk/ballots/$station.csv}" \
		--definition "$desk/definition.json" \
		--election-keys "$desk/election-keys.note" \
		--box-key "$desk/sealed.d/bk.pub" \
		--key "$keys/$station.pem" --force --output "$desk/boxes/${3:-$station}"
}

station_name() {
	printf 'station-%02d' "$1"
}

seal_boxes() {
	local i
	mkdir -p "$desk/boxes"
	for ((i = 1; i <= stations; i++)); do
		seal_box "$(station_name "$i")" >/dev/null || return
	done
}

# --- 6: intake and opening ---

# pack_boxes NAME...: boxes of $desk/boxes, in this order.
pack_boxes() {
	local box members=("election-keys.note=$desk/election-keys.note")
	for box; do
		members+=("boxes/$box.note=$desk/boxes/$box.note"
			"boxes/$box.age=$desk/boxes/$box.age")
	done
	pack boxes "${members[@]}"
}

pack_all_boxes() {
	local i boxes=()
	for ((i = 1; i <= stations; i++)); do
		boxes+=("$(station_name "$i")")
	done
	pack_boxes "${boxes[@]}"
}

deliver_boxes() {
	pack_all_boxes &&
		bring boxes &&
		ready intake &&
		collect received
}

# approve_open OFFICER OUT [RECEIVED]
approve_open() {
	"$sandoq" approve open --definition "$desk/definition.json" \
		--sent "${3:-$desk/received}" \
		--authorities "$desk/authorities.pem" \
		--nonce "$desk/nonce" ${without:+--without "$without"} \
		--key "$keys/$1.pem" --yes --force --output "$2" >/dev/null
}

make_nonce() {
	"$sandoq" audit nonce --auditor auditor-1 --force --output "$desk/nonce"
}

pack_open() {
	make_nonce && approve_by_all approve_open officer "$desk/open" &&
		pack approvals "${approvals[@]}"
}

open_boxes() {
	pack_open &&
		bring approvals &&
		see 'restarting into a counting boot' &&
		see 'counting boot: state open' &&
		see 'no medium is bound' &&
		see 'count 2 of 2' &&
		see 'closed: restarting into a courier boot'
}

# --- 7: evidence, release ---

take_evidence() {
	ready closed &&
		collect evidence
}

verify_evidence() {
	"$sandoq" audit verify --sent "$desk/evidence" \
		--definition "$desk/definition.json" \
		--authorities "$desk/authorities.pem" \
		--profile "$desk/profile.json" --nonce "$desk/nonce"
}

# approve_release AUDITOR OUT
approve_release() {
	"$sandoq" approve release --definition "$desk/definition.json" \
		--sent "$desk/evidence" \
		--authorities "$desk/authorities.pem" \
		--profile "$desk/profile.json" --nonce "$desk/nonce" \
		${without:+--without "$without"} \
		--key "$keys/$1.pem" --yes --force --output "$2" >/dev/null
}

pack_release() {
	approve_by_all approve_release auditor "$desk/release" &&
		pack approvals "${approvals[@]}"
}

release_result() {
	pack_release &&
		bring approvals &&
		see 'counting boot: state approved' &&
		see 'count 2 of 2' &&
		see 'released: the TPM signed the result'
}

take_bundle() {
	ready released &&
		collect bundle
}

# --- 8: the bundle ---

verify_bundle() {
	"$sandoq" bundle verify --sent "$desk/bundle" \
		--definition "$desk/definition.json" \
		--authorities "$desk/authorities.pem" \
		--profile "$desk/profile.json"
}

page_bundle() {
	"$sandoq" bundle page --sent "$desk/bundle" \
		--definition "$desk/definition.json" \
		--authorities "$desk/authorities.pem" \
		--profile "$desk/profile.json" --force --output "$desk/result.html"
}

report_bundle() {
	"$sandoq" bundle report --sent "$desk/bundle" \
		--definition "$desk/definition.json" \
		--authorities "$desk/authorities.pem" "$@"
}
