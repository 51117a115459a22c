# Completion of proto for fish: this is ~/.config/fish/completions/proto.fish.

function __proto_ask
    set -l words (commandline -opc)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    command $program __complete $words[2..] "$(commandline -ct)" </dev/null 2>/dev/null
end

function __proto_complete
    set -l current "$(commandline -ct)"
    for line in (__proto_ask)
        set -l from (string replace -f ':files ' '' -- $line)
        if test -z "$from"
            echo $line
        else if test $from -gt 0 # behind --flag= or a format
            for path in (__fish_complete_path (string sub -s (math $from + 1) -- $current))
                echo (string sub -l $from -- $current)$path
            end
        end
    end
end

complete -c proto -f -a '(__proto_complete)'
complete -c proto -n '__proto_ask | string match -q ":files 0"' -F
