package page

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// element finds the texts of style and script elements in a page.
func elements(t *testing.T, text, name string) (found []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?s)<`+name+`>(.*?)</`+name+`>`).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func document(p *Page) string { return string(p.Start()) + string(p.End()) }

// TestPolicy: the policy in the page is the one of the header, names the hashes of the
// one style and the one script as they stand there, and lets nothing else in.
func TestPolicy(t *testing.T) {
	for _, p := range []*Page{{Script: "start();\n", Style: "a{}"}, {Body: "<p>x</p>\n", Live: true}} {
		text := document(p)
		policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`).FindStringSubmatch(text)
		if policy == nil || policy[1] != p.Policy() {
			t.Fatalf("policy %q, want %q", policy, p.Policy())
		}
		rules := make(map[string]string)
		for rule := range strings.SplitSeq(policy[1], "; ") {
			name, value, _ := strings.Cut(rule, " ")
			rules[name] = value
		}
		for name, tag := range map[string]string{"script-src": "script", "style-src": "style"} {
			list := elements(t, text, tag)
			if len(list) != 1 {
				t.Fatalf("%d elements %s", len(list), tag)
			}
			sum := sha256.Sum256([]byte(list[0]))
			if want := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; rules[name] != want {
				t.Errorf("%s is %s, want %s", name, rules[name], want)
			}
		}
		want := map[string]string{
			"default-src": "'none'", "base-uri": "'none'", "form-action": "'none'", "img-src": "data:",
			"require-trusted-types-for": "'script'", "trusted-types": "'none'",
		}
		if p.Live {
			want["connect-src"] = "'self'"
		}
		for name, value := range want {
			if rules[name] != value {
				t.Errorf("%s is %s, want %s", name, rules[name], value)
			}
		}
		if len(rules) != len(want)+2 || strings.Contains(p.Policy(), "unsafe") {
			t.Errorf("policy %s", p.Policy())
		}
	}
}

// TestScript: no script of ours makes markup or code of a text, or loads anything.
func TestScript(t *testing.T) {
	wantTame(t, document(&Page{}))
}

// wantTame is what holds for the script of every page.
func wantTame(t *testing.T, text string) {
	t.Helper()
	for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(", "import(", "fetch(", "XMLHttp", "http://", "https://"} {
		for _, s := range elements(t, text, "script") {
			if strings.Contains(strings.ReplaceAll(s, "http://www.w3.org", ""), word) {
				t.Errorf("the script has %s", word)
			}
		}
	}
}

func TestTitle(t *testing.T) {
	text := document(&Page{Title: `</title><script>&`})
	if !strings.Contains(text, "<title>&lt;/title&gt;&lt;script&gt;&amp;</title>") {
		t.Error(text[:1200])
	}
}

// TestEscaped: data says the same after escaping, and has no byte that ends the element
// or a line of JavaScript.
func TestEscaped(t *testing.T) {
	for _, s := range []string{"", "plain", "</script><script>", "<!-- <script>", "a&b&&", "x\u2028y\u2029z\u2027\u202a", "\xe2\x80", "e\u0301\U0001f600", "<", "&", ">"} {
		raw, err := json.Marshal(map[string]string{"k": s})
		if err != nil {
			t.Fatal(err)
		}
		raw = []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(string(raw)))
		got := string(AppendEscaped([]byte("x"), raw))[1:]
		if strings.ContainsAny(got, "<>&\u2028\u2029") {
			t.Errorf("%q: %s", s, got)
		}
		var back, want map[string]string
		if err := json.Unmarshal([]byte(got), &back); err != nil {
			t.Errorf("%q: %s: %v", s, got, err)
		}
		if err := json.Unmarshal(raw, &want); err != nil || back["k"] != want["k"] {
			t.Errorf("%q comes back as %q", s, back["k"])
		}
	}
}

func FuzzEscaped(f *testing.F) {
	f.Add(`{"a":"</script>&\u2028"}`)
	f.Add("\"\u2028\u2029\"")
	f.Fuzz(func(t *testing.T, s string) {
		got := AppendEscaped(nil, []byte(s))
		if strings.ContainsAny(string(got), "<>&\u2028\u2029") {
			t.Errorf("%q: %q", s, got)
		}
		var a, b any
		if json.Unmarshal([]byte(s), &a) != nil {
			return
		}
		if err := json.Unmarshal(got, &b); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		x, _ := json.Marshal(a)
		y, _ := json.Marshal(b)
		if string(x) != string(y) {
			t.Errorf("%s, want %s", y, x)
		}
	})
}
