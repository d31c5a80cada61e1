package lint

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestArchitectureNamesFiles: every file and folder that docs/architecture.md
// names is there. A bare name of a file is one in a folder that was named
// before.
func TestArchitectureNamesFiles(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
		return err == nil
	}
	folders := []string{}
	for _, name := range regexp.MustCompile("`([a-z][a-zA-Z0-9_/.]*)`").FindAllStringSubmatch(string(text), -1) {
		name := name[1]
		switch {
		case exists(name):
			folders = append(folders, strings.TrimSuffix(path.Dir(name), "/"))
		case strings.Contains(name, "/"):
			t.Errorf("there is no %s", name)
		case strings.HasSuffix(name, ".go") && !anyHas(folders, name, exists):
			t.Errorf("no folder that is named before has a %s", name)
		}
	}
	if len(folders) < 30 {
		t.Errorf("only %d names of files were found", len(folders))
	}
}

func anyHas(folders []string, name string, exists func(string) bool) bool {
	for _, folder := range folders {
		if exists(path.Join(folder, name)) {
			return true
		}
	}
	return false
}
