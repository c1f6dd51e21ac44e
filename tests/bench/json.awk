# SPDX-License-Identifier: MIT
# What scripts/dev/bench has kept, as JSON. Lines are a kind and its fields:
#
#   about|machine|version|suite   name  text
#   row      suite  case  unit  libc  gaishim  figure  figure's-unit  bar  verdict
#   point    suite  chart  contender  x  unit  value     x: a size, or a host as written
#   skipped  suite  case  reason

function string(text) {
	gsub(/["\\]/, "\\\\&", text)
	return text == "-" ? "null" : "\"" text "\""
}

function number(text) {
	return text == "-" ? "null" : text + 0
}

# Numbers as such.
function either(text) {
	return text ~ /^[0-9]+(\.[0-9]+)?$/ ? text + 0 : string(text)
}

function named(kind,  text, i) {
	for (i = 1; i <= count[kind]; i++)
		text = text (i > 1 ? "," : "") "\n\t\t" list[kind, i]
	return text
}

{ count[$1]++ }
$1 == "about" { about = about "\t" string($2) ": " string($3) ",\n" }
$1 == "machine" || $1 == "version" || $1 == "suite" { item = string($2) ": " either($3) }
$1 == "skipped" {
	item = "{ \"suite\": " string($2) ", \"case\": " string($3) ", \"reason\": " string($4) " }"
}
$1 == "row" {
	item = "{ \"suite\": " string($2) ", \"case\": " string($3) ", \"unit\": " string($4) \
		", \"libc\": " number($5) ", \"gaishim\": " number($6) ", \"figure\": " number($7) \
		", \"figure_unit\": " string($8) ", \"bar\": " number($9) ", \"verdict\": " string($10) " }"
}
$1 == "point" {
	item = "{ \"suite\": " string($2) ", \"chart\": " string($3) ", \"contender\": " string($4) \
		", \"x\": " ($2 == "latency" ? string($5) : either($5)) ", \"unit\": " string($6) ", \"value\": " number($7) " }"
}
{ list[$1, count[$1]] = item }

END {
	printf "{\n%s", about
	printf "\t\"machine\": {%s\n\t},\n", named("machine")
	printf "\t\"versions\": {%s\n\t},\n", named("version")
	printf "\t\"commands\": {%s\n\t},\n", named("suite")
	printf "\t\"rows\": [%s\n\t],\n", named("row")
	printf "\t\"points\": [%s\n\t],\n", named("point")
	printf "\t\"skipped\": [%s\n\t]\n}\n", named("skipped")
}
