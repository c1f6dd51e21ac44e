# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# gaishim disable TARGET: what `gaishim enable TARGET` did is undone. Sourced by gaishim.

disable_usage() {
	cat <<'END'
usage: gaishim disable TARGET

Take out what `gaishim enable TARGET` wrote, and nothing else: the file is as
it was, and is removed if enable made it. A log stays.

  --github       the next steps of this job: also takes out of LD_PRELOAD and
                 PYTHONPATH what an earlier step has enabled
  --gitlab       $CI_PROJECT_DIR/gaishim.env
  --dotenv FILE
  --profile      /etc/profile.d/gaishim.sh for root, else ~/.profile
  --system       /etc/ld.so.preload

The exit status is 0 if gaishim is off; 1 if the file cannot be written, 2 if
an option is wrong.
END
}

# shellcheck source=scripts/commands/targets.sh
. "${commands:?}/targets.sh"

# without LIST ITEM: a list with colons that has the item, without it.
without() {
	list=:$1:
	list=${list%%":$2:"*}:${list#*":$2:"}
	list=${list#:}
	printf '%s\n' "${list%:}"
}

# reset_job: what an earlier step enabled the runner has taken in, and gives to the
# next steps but for what this one says.
reset_job() {
	preload=${LD_PRELOAD-}
	! grep -q '^LD_PRELOAD=' "$path" 2>/dev/null || preload=$(sed -n 's/^LD_PRELOAD=//p' "$path" | tail -n 1)
	case :$preload: in
	*":${object:?}:"*) ;;
	*) return 1 ;;
	esac
	one_line LD_PRELOAD "$preload"
	set -- "LD_PRELOAD=$(without "$preload" "$object")"
	case :${PYTHONPATH-}: in
	*":${hook:?}:"*)
		one_line PYTHONPATH "$PYTHONPATH"
		set -- "$1${newline:?}PYTHONPATH=$(without "$PYTHONPATH" "$hook")"
		;;
	esac
	append "$1"
}

# say_log: the log is not what enable wrote, and somebody may want to read it.
say_log() {
	case $1 in
	'' | stderr) return ;;
	esac
	[ ! -f "$1" ] || say "the log stays: $1"
}

parse_target '--github --gitlab --dotenv --profile --system' "$@"
[ -z "${given?}" ] || refuse "disable takes no options of the object:$given"
find_target
lock
find_block
what='' log=''
if [ "$first" != 0 ]; then
	log=$(block_lines | sed -n 's/^GAISHIM_LOG=//p')
	replace_file ''
	what="$path: the entry was taken out"
	[ -e "$path" ] || what="$path was removed: 'gaishim enable' had made that file"
	find_block
fi
if [ "$target" = --github ] && reset_job; then
	what="$path: the next steps have LD_PRELOAD and PYTHONPATH without the object"
	log=${log:-${GAISHIM_LOG-}}
fi
if [ "$target" = --system ] && names_object; then
	die 1 "$path names the object, but not by 'gaishim enable': edit it by hand" ${what:+"$what"}
fi
say "${what:-$path has no entry of 'gaishim enable': nothing was changed}"
say_log "$log"
