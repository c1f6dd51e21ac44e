# SPDX-License-Identifier: MIT
# The points of a suite (suite, chart, contender, x, unit, value) as tables, one for
# each chart: a line for a size, a column for a contender.

$1 != suite { next }
!($2 in unit) { unit[$2] = $5; charts[++n_charts] = $2 }
!(($2, $3) in column) { column[$2, $3]; who[$2, ++n_who[$2]] = $3 }
!(($2, $4) in line) { line[$2, $4]; x[$2, ++n_x[$2]] = $4 }
{ value[$2, $4, $3] = $6 + 0 >= 1000 ? sprintf("%.0f", $6) : $6 }

END {
	for (c = 1; c <= n_charts; c++) {
		chart = charts[c]
		printf "\n%-36s", chart ", " unit[chart]
		for (j = 1; j <= n_who[chart]; j++)
			printf " %15s", who[chart, j]
		print ""
		for (i = 1; i <= n_x[chart]; i++) {
			printf "%-36s", x[chart, i]
			for (j = 1; j <= n_who[chart]; j++) {
				key = chart SUBSEP x[chart, i] SUBSEP who[chart, j]
				printf " %15s", key in value ? value[key] : "-"
			}
			print ""
		}
	}
}
