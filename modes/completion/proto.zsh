#compdef proto
# Completion of proto for zsh: eval "$(proto completion zsh)" in ~/.zshrc behind
# compinit, or this as a file _proto in a folder of $fpath.

_proto() {
  local program=${(Q)words[1]/#\~\//$HOME/} current=${(Q)PREFIX} line text
  local -a whole open
  local -i ret=1
  local from=
  for line in "${(@f)$(command $program __complete "${(@Q)words[2,CURRENT-1]}" "$current" </dev/null 2>/dev/null)}"; do
    case $line in
      '') ;;
      ':files '*) from=${line#:files } ;;
      *)
        text=${${line%%$'\t'*}//:/\\:}
        [[ -n ${line#*$'\t'} ]] && text+=:${line#*$'\t'}
        if [[ ${line%%$'\t'*} == *= ]]; then open+=($text); else whole+=($text); fi
        ;;
    esac
  done
  (( $#whole )) && _describe -t words word whole && ret=0
  (( $#open )) && _describe -t words word open -S '' && ret=0
  if [[ -n $from ]]; then
    (( from )) && compset -p $from
    _files && ret=0
  fi
  return ret
}

# Loaded from $fpath this file is the function itself.
if [[ $funcstack[1] == _proto ]]; then
  _proto "$@"
else
  compdef _proto proto
fi
