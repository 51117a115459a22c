# Completion of proto for bash: eval "$(proto completion bash)" in ~/.bashrc, or this
# as ~/.local/share/bash-completion/completions/proto.

_proto() {
  local line=${COMP_LINE:0:COMP_POINT} words=() n=-1 i piece text about name path
  # bash takes words apart at = and : too; what stands together on the line is one.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if [[ $i -eq 0 || $line == [[:space:]]* ]]; then
      line=${line#"${line%%[![:space:]]*}"}
      words[++n]=
    fi
    piece=${COMP_WORDS[i]}
    [[ $i -eq $COMP_CWORD ]] && piece=$line # up to the cursor
    words[n]+=$piece
    line=${line#"$piece"}
  done
  [[ $piece == [=:] ]] && piece=
  local cut=${words[n]%"$piece"} # bash replaces what is behind it

  COMPREPLY=()
  while IFS=$'\t' read -r text about; do
    if [[ $text == ":files "* ]]; then
      name=${words[n]:${text#:files }}
      [[ $name == \~/* ]] && name=$HOME/${name:2}
      compopt -o filenames 2>/dev/null
      while IFS= read -r path; do
        COMPREPLY+=("${path#"${cut:${text#:files }}"}")
      done < <(compgen -f -- "$name")
    else
      COMPREPLY+=("${text#"$cut"}")
    fi
  done < <(command "${1/#\~\//$HOME/}" __complete "${words[@]:1}" </dev/null 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}
complete -F _proto proto
