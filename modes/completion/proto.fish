# Completion of proto for fish: this is ~/.config/fish/completions/proto.fish.

function __proto_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    for line in (command $program __complete $words[2..] "$current" </dev/null 2>/dev/null)
        if string match -q ':files *' -- $line
            set -l from (string replace ':files ' '' -- $line)
            set -l prefix (string sub -l $from -- "$current")
            for path in (__fish_complete_path (string sub -s (math $from + 1) -- "$current"))
                echo $prefix$path
            end
        else
            echo $line
        end
    end
end
complete -c proto -f -a '(__proto_complete)'
