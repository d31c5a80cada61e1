package lint

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/nngmix/nngmix/"

// Sets of packages that rules name together.
const (
	tools   = "internal/atomicfile internal/dedupe internal/parallel internal/xrand"
	engines = "simd exact ann " + tools
	tables  = "internal/store internal/table/... internal/columns internal/dataset internal/passes internal/tableindex"
	all     = engines + " planner generator/... eval/... ann/... " + tables
)

// rules say what each package of the module may import of the others: names
// separated by blanks, "..." for a package and all below it. The first rule
// whose name fits is the one that holds. docs/architecture.md draws them.
var rules = []struct{ name, imports, tests string }{
	{"simd", "", ""},
	{"internal/dedupe", "internal/parallel", ""},
	{"internal/atomicfile", "", ""},
	{"internal/estimate", "", ""},
	{"internal/parallel", "", ""},
	{"internal/xrand", "", ""},
	{"exact", "simd internal/estimate " + tools, "internal/table"},
	{"ann", "simd exact ann/internal/... " + tools, "internal/table"},
	{"ann/internal/graph", "simd ann/internal/memory internal/parallel internal/xrand", ""},
	{"ann/internal/memory", "", ""},
	{"ann/coder", "simd exact", ""},
	{"planner", "internal/estimate " + engines, ""},
	{"generator/...", "exact generator " + tools, "generator/..."},
	{"eval", engines + " generator eval/detect internal/table", ""},
	{"eval/detect", "simd exact " + tools, ""},
	{"eval/report", "eval internal/atomicfile", ""},

	{"internal/store", "internal/atomicfile internal/parallel", ""},
	{"internal/table/...", "internal/store internal/table/... " + tools, ""},
	{"internal/columns", "internal/table", ""},
	{"internal/dataset", "internal/table internal/columns " + tools, ""},
	{"internal/passes", "exact generator internal/dataset internal/table", ""},
	{"tables", "generator internal/dataset internal/passes internal/table", ""},
	{"internal/tableindex", engines + " generator " + tables, ""},
	{"internal/synth", "internal/table " + tools, ""},
	{"internal/adbench", "", ""},
	{"internal/plot", "", ""},
	{"internal/testdata", "", ""},
	{"internal/steady", "", ""},
	{"internal/lint", "", ""},

	{"cmd/nngmix", "cmd/nngmix/program", "cmd/nngmix/internal/... " + all},
	{"cmd/nngmix/program", "simd cmd/nngmix/internal/...", ""},
	{"cmd/nngmix/internal/cli", all, ""},
	{"cmd/nngmix/internal/tools", all + " cmd/nngmix/internal/cli internal/synth internal/adbench internal/plot", ""},
	{"cmd/nngmix/internal/...", all + " cmd/nngmix/internal/cli", ""},
	{"bench/...", all + " bench/internal/... internal/synth", ""},
}

// TestArrows reads the imports of every file, whatever system it is for.
func TestArrows(t *testing.T) {
	used := map[string]bool{}
	for _, f := range sources(t, filepath.Join("..", "..")) {
		for _, to := range f.imports {
			if why := refused(f.pkg, to, f.test); why != "" {
				t.Errorf("%s: %s", f.path, why)
			}
		}
		used[ruleOf(f.pkg)] = true
	}
	for _, r := range rules {
		if !used[r.name] {
			t.Errorf("the rule of %s is for no package", r.name)
		}
	}
}

// TestArrowsAreHeld asks for imports that must not be.
func TestArrowsAreHeld(t *testing.T) {
	for _, test := range []struct {
		from, to string
		test     bool
		want     bool // it may be
	}{
		{"exact", "simd", false, true},
		{"simd", "exact", false, false},
		{"exact", "ann", true, false},
		{"exact", "internal/table", true, true},
		{"exact", "internal/table", false, false},
		{"ann", "planner", false, false},
		{"ann", "ann/internal/graph", false, true},
		{"ann/internal/graph", "simd", false, true},
		{"ann/internal/graph", "exact", false, false},
		{"ann/internal/graph", "exact", true, false},
		{"ann/internal/graph", "ann", false, false},
		{"ann/internal/graph", "internal/dedupe", false, false},
		{"generator", "ann", false, false},
		{"generator/generatortest", "generator", false, true},
		{"planner", "generator", false, false},
		{"internal/dataset", "internal/tableindex", false, false},
		{"internal/tableindex", "cmd/nngmix/internal/cli", false, false},
		{"internal/table/npy", "internal/dataset", false, false},
		{"cmd/nngmix/internal/generate", "cmd/nngmix/internal/cli", false, true},
		{"cmd/nngmix/internal/generate", "cmd/nngmix/internal/index", false, false},
		{"cmd/nngmix/internal/cli", "cmd/nngmix/internal/tools", false, false},
		{"bench/ann", "cmd/nngmix/internal/cli", false, false},
		{"eval", "internal/testdata", true, true},
		{"eval", "internal/testdata", false, false},
		{"elsewhere", "simd", false, false},
	} {
		if got := refused(test.from, test.to, test.test); (got == "") != test.want {
			t.Errorf("%s imports %s: %q, want allowed: %v", test.from, test.to, got, test.want)
		}
	}
}

// refused tells why package from, or its tests, may not import package to; ""
// where it may.
func refused(from, to string, test bool) string {
	name := ruleOf(from)
	for _, r := range rules {
		if r.name != name {
			continue
		}
		allowed := r.imports
		if test {
			allowed += " internal/testdata internal/steady " + r.tests + " " + from
		}
		for _, pattern := range strings.Fields(allowed) {
			if fits(pattern, to) {
				return ""
			}
		}
		return from + " must not import " + to + ": internal/lint/arrows_test.go lists what it may"
	}
	return "package " + from + " has no rule in internal/lint/arrows_test.go: say what it may import"
}

// ruleOf returns the name of the rule of a package, "" for none.
func ruleOf(pkg string) string {
	for _, r := range rules {
		if fits(r.name, pkg) {
			return r.name
		}
	}
	return ""
}

func fits(pattern, pkg string) bool {
	folder, tree := strings.CutSuffix(pattern, "/...")
	return pkg == folder || tree && strings.HasPrefix(pkg, folder+"/")
}

// source is a Go file and what it imports of the module.
type source struct {
	path    string
	pkg     string
	test    bool
	imports []string
}

// sources reads the Go files of the module in the folder root.
func sources(t *testing.T, root string) (list []source) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() {
			return skip(file, name)
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		s := source{path: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go")}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if to, ok := strings.CutPrefix(imported, module); ok {
				s.imports = append(s.imports, to)
			}
		}
		list = append(list, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// skip passes over folders that have no package of the module.
func skip(folder, name string) error {
	base := path.Base(name)
	if name == "." || name == "internal/testdata" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil || base == "testdata" || base[0] == '.' || base[0] == '_' {
		return fs.SkipDir
	}
	return nil
}
