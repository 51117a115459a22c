package repl

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"

	"proto/modes"
)

// files is where a script and the files it names are: a folder on disk, or one of
// the scripts in the binary.
type files struct {
	in  fs.FS // of the binary; nil is the disk
	dir string
}

func (f files) join(name string) string {
	switch {
	case f.in != nil:
		return path.Join(f.dir, filepath.ToSlash(name))
	case filepath.IsAbs(name):
		return name
	}
	return filepath.Join(f.dir, name)
}

// open opens a file that a script names, seen from the script's folder.
func (f files) open(name string) (fs.File, error) {
	if f.in != nil {
		return f.in.Open(f.join(name))
	}
	return os.Open(f.join(name))
}

// read reads a script of at most maxFile bytes.
func (f files) read(name string) ([]byte, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errorText("it is a folder")
	}
	return readAll(file)
}

// readAll reads what is not larger than maxFile.
func readAll(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(content) > maxFile {
		err = errorText("it has more than 256 MiB")
	}
	return content, err
}

// scriptName is how scripts in folders are called.
const scriptName = ".repl"

// found is one script that -f names.
type found struct {
	files files
	name  string // seen from files
	shown string // as messages name it
}

// find finds the scripts that a name stands for: on disk, else in the binary.
func find(name string, builtIn fs.FS) ([]found, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && !info.IsDir():
		return []found{{files{dir: filepath.Dir(name)}, filepath.Base(name), name}}, nil
	case err == nil:
		return findAll(os.DirFS(name), name, func(p string) found {
			full := filepath.Join(name, filepath.FromSlash(p))
			return found{files{dir: filepath.Dir(full)}, filepath.Base(full), full}
		})
	}
	inside := strings.TrimPrefix(path.Clean(filepath.ToSlash(name)), "scripts/")
	info, inErr := fs.Stat(builtIn, inside)
	if inErr != nil {
		info, inErr = fs.Stat(builtIn, inside+scriptName)
		inside += scriptName
	}
	switch {
	case inErr != nil || !fs.ValidPath(inside):
		return nil, modes.Usage("in the program are "+strings.Join(names(builtIn), ", "), "cannot read %s: %s", modes.Show(name), modes.Plain(err))
	case !info.IsDir():
		return []found{{files{builtIn, path.Dir(inside)}, path.Base(inside), inside}}, nil
	}
	sub, err := fs.Sub(builtIn, inside)
	if err != nil {
		return nil, err
	}
	return findAll(sub, inside, func(p string) found {
		full := path.Join(inside, p)
		return found{files{builtIn, path.Dir(full)}, path.Base(full), full}
	})
}

// findAll finds all scripts of a folder, those of folders in it too.
func findAll(dir fs.FS, name string, made func(string) found) (list []found, err error) {
	var paths []string
	err = fs.WalkDir(dir, ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(p) == scriptName {
			paths = append(paths, p)
		}
		return err
	})
	if err != nil {
		return nil, modes.Usage("", "cannot read %s: %s", modes.Show(name), modes.Plain(err))
	}
	if len(paths) == 0 {
		return nil, modes.Usage("a script's name ends in "+scriptName, "there is no script in the folder %s", modes.Show(name))
	}
	sort.Strings(paths)
	for _, p := range paths {
		list = append(list, made(p))
	}
	return list, nil
}

// names are what the binary holds, one level deep.
func names(dir fs.FS) (list []string) {
	entries, err := fs.ReadDir(dir, ".")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// scriptWords are the names that -f takes of what the binary holds: folders and
// scripts, without the end of their names.
func scriptWords(dir fs.FS) (list []string) {
	_ = fs.WalkDir(dir, ".", func(p string, _ fs.DirEntry, err error) error {
		if err == nil && p != "." {
			list = append(list, strings.TrimSuffix(p, scriptName))
		}
		return nil
	})
	return list
}
