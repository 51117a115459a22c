package language

// arguments is the form of what follows a command's name.
type arguments uint8

const (
	noArguments  arguments = iota
	fieldWords             // [WORDS] that set
	sendWords              // TYPE [WORDS], or :={…}
	expectWords            // TYPE [WORDS] [within D], or an event
	rawText                // TEXT or @FILE
	hexText                // hex digits or @FILE
	connectWords           // [NAME] [ADDRESS] …
	nameWord               // NAME
	optionalWord           // [WORD]
	oneOf                  // one of Choices
	duration               // D
	letWord                // NAME=VALUE
	fileName               // FILE
	repeatBody             // N COMMAND, N { … }
	commandBody            // COMMAND
	testLine               // ID "title" …
)

// A Form is the form of one command: the parser's table, and what completion
// and help are made of.
type Form struct {
	Name    string
	Choices []string // the words that may follow, where there is a fixed choice
	args    arguments
}

// TakesFields says whether field words may follow, and whether they check
// rather than set.
func (f Form) TakesFields() (takes, check bool) {
	return f.args == fieldWords || f.args == sendWords || f.args == expectWords, f.args == expectWords
}

// TakesType says whether a frame type follows.
func (f Form) TakesType() bool { return f.args == sendWords || f.args == expectWords }

// TakesFile says whether a file's name follows.
func (f Form) TakesFile() bool { return f.args == fileName }

// TakesCommand says whether another command follows.
func (f Form) TakesCommand() bool { return f.args == commandBody || f.args == repeatBody }

// TakesName says whether the name of a connection follows (use) or of a variable.
func (f Form) TakesName() bool { return f.args == nameWord }

var forms = [...]Form{
	{Name: "abort"},
	{Name: "await", args: expectWords},
	{Name: "bytes", args: hexText},
	{Name: "close", args: fieldWords},
	{Name: "connect", args: connectWords, Choices: []string{"from=", "ca=", "pin=", "insecure", "within"}},
	{Name: "conns"},
	{Name: "disconnect"},
	{Name: "eof"},
	{Name: "expect", args: expectWords, Choices: events()},
	{Name: "hello", args: fieldWords},
	{Name: "help", args: optionalWord},
	{Name: "include", args: fileName},
	{Name: "let", args: letWord},
	{Name: "mutate", args: commandBody},
	{Name: "quit"},
	{Name: "raw", args: rawText},
	{Name: "repeat", args: repeatBody},
	{Name: "request", args: fieldWords},
	{Name: "save", args: fileName},
	{Name: "secret", args: nameWord},
	{Name: "secrets", args: oneOf, Choices: []string{"on", "off"}},
	{Name: "send", args: sendWords},
	{Name: "show", args: oneOf, Choices: []string{"last", "sent", "log"}},
	{Name: "sleep", args: duration},
	{Name: "test", args: testLine},
	{Name: "timeout", args: duration},
	{Name: "use", args: nameWord},
	{Name: "vars"},
}

// events are what expect takes besides types.
func events() []string { return []string{"closed", "reset", "silence"} }

// Forms are all commands, by name.
func Forms() []Form { return append([]Form(nil), forms[:]...) }

// FormOf finds a command's form.
func FormOf(name string) (Form, bool) {
	for _, f := range forms {
		if f.Name == name {
			return f, true
		}
	}
	return Form{}, false
}
