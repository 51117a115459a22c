package repl

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"proto/modes"
	"proto/modes/repl/language"
	"proto/wire"
)

// lookup gives the values of variables to a command that runs on l.
func (b *bench) lookup(ctx context.Context, l *link) language.Lookup {
	return func(name string) (wire.Value, error) {
		if v, ok := b.vars[name]; ok {
			return v, nil
		}
		head, rest, dotted := strings.Cut(name, ".")
		if v, ok := b.vars[head]; ok {
			return within(v, name, rest)
		}
		if on, own := b.linkVariable(l, name); on != nil {
			return on.variable(ctx, own)
		}
		switch {
		case name == "addr":
			return language.StringOf(b.world.address), nil
		case name == "user":
			u, err := b.world.user()
			return language.StringOf(u.User), err
		case head == "env" && dotted:
			if value := b.world.p.Env(rest); value != "" {
				return language.StringOf(value), nil
			}
			return wire.Value{}, errorText("the environment has no " + rest)
		}
		if v, ok := b.world.vars[name]; ok {
			return v, nil
		}
		if v, ok := b.world.vars[head]; ok {
			return within(v, name, rest)
		}
		return wire.Value{}, b.unknownVariable(name)
	}
}

// within is what stands under a path of a variable's value.
func within(v wire.Value, name, path string) (wire.Value, error) {
	if found := at(v, strings.Split(path, ".")); found.Present() {
		return found, nil
	}
	return wire.Value{}, errorText("$" + name + " has no value")
}

// linkVariable splits the name of a connection's variable: that of l, or
// another's behind its name and a dot. It gives nil for all other names.
func (b *bench) linkVariable(l *link, name string) (on *link, own string) {
	head, rest, _ := strings.Cut(name, ".")
	if slices.Contains(linkVariables(), head) {
		return l, name
	}
	second, _, _ := strings.Cut(rest, ".")
	if other := b.links[head]; other != nil && slices.Contains(linkVariables(), second) {
		return other, rest
	}
	return nil, ""
}

func (b *bench) unknownVariable(name string) error {
	text := "unknown variable $" + name
	if near := modes.Nearest(name, b.variableNames()); near != "" {
		text += "; did you mean $" + near + "?"
	}
	return errorText(text)
}

// variableNames are all that could be meant, for hints and completion.
func (b *bench) variableNames() []string {
	names := append(linkVariables(), "addr", "user")
	for name := range b.vars {
		names = append(names, name)
	}
	for name := range b.world.vars {
		names = append(names, name)
	}
	for _, l := range b.order {
		if len(b.order) > 1 {
			for _, v := range linkVariables() {
				names = append(names, l+"."+v)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func digits(n int) string { return strconv.Itoa(n) }
