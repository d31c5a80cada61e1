// Package testdata finds the real data sets that some tests read. They are no
// part of this repository: NNGMIX_DATA names their folder, by default
// ../shared/data beside it, and a test that needs a file that is not there is
// skipped with the reason.
package testdata

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// root returns the folder of the data sets.
func root() string {
	if dir := os.Getenv("NNGMIX_DATA"); dir != "" {
		return dir
	}
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "data")
}

// Path returns the path of a file or folder of the data sets and skips the test
// when it is not there.
func Path(tb testing.TB, elem ...string) string {
	tb.Helper()
	path := filepath.Join(append([]string{root()}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("real data sets are not here (set NNGMIX_DATA to their folder): %v", err)
	}
	return path
}

// Golden returns the path of a file or folder of what the Python reference
// scores, which lies beside the data sets, and skips the test when it is not
// there.
func Golden(tb testing.TB, elem ...string) string {
	tb.Helper()
	return Path(tb, append([]string{"..", "golden"}, elem...)...)
}

// ADBench returns the ADBench files of a group (Classical, CV_by_ResNet18 or
// NLP_by_BERT), or of all groups where group is "*".
func ADBench(tb testing.TB, group string) []string {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(Path(tb, "adbench"), group, "*.npz"))
	if err != nil || len(files) == 0 {
		tb.Skipf("no ADBench files of group %q under %s: %v", group, root(), err)
	}
	return files
}
