#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents say what is so: the man page is well-formed, options, variables
# and log fields are those of the command and the object, links lead somewhere,
# files, make's targets and options in the text exist, and the commands of a console
# block run and print what the block shows.

. tests/lib/tap.sh
PATH=/usr/bin:/bin:$PATH # the packages that setup installs are the system's
unset LD_PRELOAD
object=${GAISHIM_SO:?}

# A checkout of its own, so that what runs is the object under test.
checkout "$TMP/tree"
mkdir "$TMP/console"

page=docs/gaishim.1

if command -v mandoc >/dev/null; then
	ok "$page: mandoc has nothing to say" mandoc -T lint -W warning "$page"
else
	skip "$page: mandoc has nothing to say" "no mandoc"
fi

# words ERE: each match once, on one line.
words() {
	grep -Eo -- "$1" | sort -u | tr '\n' ' '
}

# The tables are those of the options that there are, and a row that is added or changed
# shows in both.
mkdir -p "$TMP/anew/docs"
cp -R scripts shim "$TMP/anew/"
cp README.md "$TMP/anew/"
cp "$page" "$TMP/anew/docs/"
ok "the tables can be written anew" "$TMP/anew/scripts/dev/tables"
for file in README.md "$page"; do
	ok "$file: its table of options is up to date (make docs)" cmp "$file" "$TMP/anew/$file"
done
# shellcheck disable=SC2016 # as it is
printf 'CHOICE3(new_one, x, y, z, "added")\nFLAG(another, "added, too")\nNUMBER(count, 1, 0, 3, "counted")\nSECONDS(span, 0, 0.5, 3, "timed")\n' >>"$TMP/anew/shim/options.def"
"$TMP/anew/scripts/dev/tables"
# shellcheck disable=SC2016 # as it is
is "README.md: what is added" "$(diff README.md "$TMP/anew/README.md" | grep '^[<>]')" '> | `--new-one=x\|y\|z` | `GAISHIM_NEW_ONE` | added |
> | `--another` | `GAISHIM_ANOTHER=1` | added, too |
> | `--count=N` | `GAISHIM_COUNT` | counted: 0 to 3, by default 1 |
> | `--span=SECONDS` | `GAISHIM_SPAN` | timed: 0 or 0.5 to 3 seconds, by default 0 |'
is "$page: what is added" "$(diff "$page" "$TMP/anew/$page" | grep '^[<>]')" \
	'> .It Fl -new-one Ns = Ns Cm x Ns | Ns Cm y Ns | Ns Cm z Pq Ev GAISHIM_NEW_ONE
> added.
> .It Fl -another Pq Ev GAISHIM_ANOTHER
> added, too.
> .It Fl -count Ns = Ns Ar N Pq Ev GAISHIM_COUNT
> counted: 0 to 3, by default 1.
> .It Fl -span Ns = Ns Ar SECONDS Pq Ev GAISHIM_SPAN
> timed: 0 or 0.5 to 3 seconds, by default 0.'
sed -i '/<<< options/d' "$TMP/anew/README.md"
is "without its mark nothing is written" "$("$TMP/anew/scripts/dev/tables" 2>&1 || echo failed)" failed

help=$(scripts/gaishim --help)
options=$(echo "$help" | sed -n 's/^  \(--.*\)/\1/p' | words '--[a-z-]+')
variables=$(echo "$help" | words 'GAISHIM_[A-Z0-9_]+')
rows=$(grep -c '^[A-Z][A-Z0-9]*(' shim/options.def)
ok "the table has rows" [ "$rows" -gt 4 ]
is "--help has the options of the table, --help and --version" "$(echo "$options" | wc -w)" $((rows + 2))
is "--help has the variables of the table" "$(echo "$variables" | wc -w)" "$rows"
is "$page: the options of --help" "$(sed -n '/^\.Sh OPTIONS/,/^\.Sh E/s/^\.It Fl -\([a-z-]*\).*/--\1/p' "$page" | words '.+')" "$options"
is "README.md: the options of --help" "$(sed -n 's/^| `\(--[a-z-]*\).*/\1/p' README.md | words '.+')" "$options"
documents="README.md $page docs/*.md"
# enable's mark is a variable where a file can hold nothing else. GAISHIM_PATIENCE was one.
# shellcheck disable=SC2086 # a list
is "no document names another variable" \
	"$(cat $documents | words 'GAISHIM_[A-Z0-9_]+' | sed 's/GAISHIM_ENABLED //; s/GAISHIM_PATIENCE //')" "$variables"

# A name, a Unicode host that is refused and an address: fields of all kinds.
export GAISHIM_LOG="$TMP/log"
for host in localhost 127.0.0.1 １２７.1 "$(printf '\303')"; do
	LD_PRELOAD=$object getent ahosts "$host" >/dev/null
done
GAISHIM_LOCK=unknown LD_PRELOAD=$object getent ahosts 127.0.0.1 >/dev/null
unset GAISHIM_LOG
fields=$(sed 's/"[^"]*"//g' "$TMP/log" | words '[a-z]+=')
like "the log has fields" "$fields" '^answers= asks= call= code= family= flags= gaishim= host= how= libc= normalized= options= pid= program= .* ts= us= version= $'
documented=" $(sed -n -e 's/^\.It Cm \([a-z]*=\)$/\1/p' -e 's/^\.Cm \(gaishim=\)$/\1/p' "$page" | tr '\n' ' ')"
for field in $fields; do
	like "$page: the log's $field" "$documented" " $field "
done
for how in $(words 'how=[a-z]+' <"$TMP/log"); do
	ok "$page: $how" grep -Fqx ".It Cm ${how#how=}" "$page"
done

# headings_of FILE: its headings as GitHub names them in links.
headings_of() {
	sed -n 's/^##* //p' "$1" | tr '[:upper:] ' '[:lower:]-' | tr -cd '[:alnum:]_\n-'
}

for file in README.md docs/*.md; do
	links=$(grep -Eo '\]\([^)]*\)' "$file" | sed 's/^](//; s/)$//' | sort -u)
	for link in $links; do
		case $link in
		*://*) continue ;;
		'#'*) target=$file ;;
		*) target=$(dirname "$file")/${link%%#*} ;;
		esac
		ok "$file: $link is there" test -e "$target"
		case $link in
		*'#'*) like "$file: $link is a heading" "$(headings_of "$target")" "^${link#*#}\$" ;;
		esac
	done
done
for file in docs/*.md "$page"; do
	ok "README.md links to $file" grep -Fq "]($file)" README.md
done
if command -v python3 >/dev/null; then
	cp docs/figures.md "$TMP/figures.md"
	python3 tests/bench/page.py docs/figures/bench.json "$TMP/figures.md"
	ok 'docs/figures.md has the cases of bench.json' cmp docs/figures.md "$TMP/figures.md"
else
	skip 'docs/figures.md has the cases of bench.json' 'no python3'
fi
for file in docs/figures/*.svg; do
	ok "a document shows $file" grep -Fq "figures/${file##*/})" README.md docs/*.md
done

# The code in the text and in sh and console blocks, each piece a line: FILE, a tab, CODE.
awk '
	/^```/ { shown = /^```(sh|console)$/; inside = !inside; next }
	inside && shown { sub(/^\$ /, ""); sub(/(^|  +)# .*/, ""); print FILENAME "\t" $0 }
	!inside {
		for (rest = $0; match(rest, /`[^`]+`/); rest = substr(rest, RSTART + RLENGTH))
			print FILENAME "\t" substr(rest, RSTART + 1, RLENGTH - 2)
	}
' README.md docs/*.md >"$TMP/code"
ok "there is code in the documents" test "$(wc -l <"$TMP/code")" -gt 500

# of_this_tree: the files of the tree, or patterns of them, that the code of stdin names.
# NAME.c and the like are no files.
of_this_tree() {
	grep -Eo '(^|[^A-Za-z0-9_./@-])(scripts|tests|shim|docs)/[][A-Za-z0-9_.*/-]+' |
		sed 's/^[^a-z]*//' | grep -Ev '/[A-Z]+([./]|$)' | sort -u
}
for file in $(cut -f2 "$TMP/code" | of_this_tree); do
	ok "$file, which a document names, is there" test -e "$file"
done

# make_words: the targets of the make commands of stdin.
make_words() {
	sed 's/[A-Z0-9_]*="[^"]*"//g; s/[A-Z0-9_]*=[^ ]*//g' | grep -Eo '(^|[ (])make( +[a-z0-9-]+)*' |
		sed 's/^[ (]*make//' | tr ' ' '\n' | grep -v '^-' | sort -u
}
targets=" $(sed -n 's/^\([a-z-]*\):.*/\1/p' Makefile | tr '\n' ' ')"
for word in $(cut -f2 "$TMP/code" | make_words); do
	like "make $word, which a document names, is a target" "$targets" " $word "
done

version=$(sed -n 's/^VERSION = //p' Makefile)
ok "docs/CHANGELOG.md has version $version" grep -Fq "## [$version]" docs/CHANGELOG.md
is "no document names another version in a file's name" \
	"$(cut -f2 "$TMP/code" | words 'gaishim[-_][0-9]+\.[0-9.]*[0-9]' | tr ' ' '\n' | sed '/^$/d; s/.*[-_]//' | sort -u)" "$version"

# The options behind the command's name are options of it or of a subcommand.
known=" $(for name in '' enable disable env status doctor check report; do
	# shellcheck disable=SC2086 # a word or none
	scripts/gaishim help $name
done | words '--[a-z-]+')"
for word in $(cut -f2 "$TMP/code" | grep -Eo '(^|[ /])gaishim [^|;&#>]*' | words ' --[a-z-]+'); do
	like "gaishim $word, which a document names, is an option" "$known" " $word "
done

# A ```console block is "$ COMMAND" lines, each with its output below. A line
# <!-- if: CONDITION --> in front of it says what it takes to run here.
awk -v prefix="$TMP/console/" '
	FNR == 1 { where = FILENAME }
	/^<!-- if: .* -->$/ { condition = substr($0, 10, length($0) - 13); next }
	/^```console$/ { inside = 1; next }
	/^```$/ && inside { inside = 0; condition = "" ; next }
	inside && /^\$ / {
		name = prefix sprintf("%02d", ++n)
		print where > (name ".file")
		print (condition == "" ? ":" : condition) > (name ".if")
		print substr($0, 3) > (name ".sh")
		printf "" > (name ".out")
		next
	}
	inside { print > (name ".out") }
' README.md docs/*.md

# Times, process ids and other figures differ from run to run: each number is
# as good as another, and getent pads lines with blanks.
shape() {
	sed 's/[0-9][0-9.]*/N/g; s/ *$//'
}

# gaishim is called as if it were installed.
mkdir "$TMP/bin"
ln -s "$TMP/tree/scripts/gaishim" "$TMP/bin/gaishim"
PATH=$TMP/bin:$PATH
cd "$TMP/tree" || exit
commands=0
for script in "$TMP"/console/*.sh; do
	[ -e "$script" ] || break
	commands=$((commands + 1))
	base=${script%.sh}
	read -r file <"$base.file"
	name="$file: $(cat "$script")"
	if ! sh "$base.if" >/dev/null 2>&1; then
		skip "$name" "not here: $(cat "$base.if")"
		continue
	fi
	got=$(sh "$script" 2>&1)
	is "$name: succeeds" "$?" 0
	is "$name: as shown" "$(echo "$got" | shape)" "$(shape <"$base.out")"
done
is "there are commands to type" "$((commands > 5))" 1

done_testing
