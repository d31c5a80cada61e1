package table

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nngmix/nngmix/internal/store"
)

// addObjects adds the object of a URL, those that a pattern matches, or the tables
// below a folder, as add does with files. What does not end in a slash may be an
// object or a folder.
func (e *expansion) addObjects(ctx context.Context, at store.URL) error {
	from, err := store.Of(at)
	if err != nil {
		return err
	}
	if strings.ContainsAny(at.Key, "*?[") {
		return e.addMatches(ctx, from, at)
	}
	if at.Key != "" && !strings.HasSuffix(at.Key, "/") {
		object, err := from.Open(ctx, at)
		if err == nil {
			return errors.Join(object.Close(), e.addFile(at.String(), ""))
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		folder := at.With(at.Key + "/")
		if found, listErr := tableObjects(ctx, from, folder); listErr == nil && len(found) > 0 {
			return e.addURLs(found, folder)
		}
		return err
	}
	found, err := tableObjects(ctx, from, at)
	if err == nil && len(found) == 0 {
		err = e.noTables()
	}
	if err != nil {
		return err
	}
	return e.addURLs(found, at)
}

// addURLs adds objects below the folder root.
func (e *expansion) addURLs(objects []store.URL, root store.URL) error {
	for _, o := range objects {
		if err := e.addFile(o.String(), root.String()); err != nil {
			return err
		}
	}
	return nil
}

// tableObjects returns the objects below folder that have names of tables, by key.
func tableObjects(ctx context.Context, from store.Store, folder store.URL) ([]store.URL, error) {
	all, err := from.List(ctx, folder)
	return slices.DeleteFunc(all, func(o store.URL) bool {
		below := strings.TrimPrefix(o.Key, folder.Key)
		return !isTable(o) || slices.ContainsFunc(strings.Split(below, "/"), hidden)
	}), err
}

// isTable tells whether an object has the name of a table.
func isTable(o store.URL) bool {
	_, err := FormatOf(o.String())
	return err == nil && !strings.HasSuffix(o.Key, "/")
}

// addMatches adds the objects that a pattern matches, and the tables below folders
// that it does.
func (e *expansion) addMatches(ctx context.Context, from store.Store, pattern store.URL) error {
	if _, err := path.Match(pattern.Key, ""); err != nil {
		return badPattern(e.given)
	}
	at := strings.IndexAny(pattern.Key, `*?[\`)
	all, err := from.List(ctx, pattern.With(pattern.Key[:at]))
	if err != nil {
		return err
	}
	if slices.Contains(all, pattern) { // an object with a sign in its name
		return e.addFile(pattern.String(), "")
	}
	all = slices.DeleteFunc(all, func(o store.URL) bool { return !matchesKey(pattern.Key, o) })
	if len(all) == 0 {
		return fmt.Errorf("%s: no object matches the pattern", e.given)
	}
	root := pattern.With(pattern.Key[:strings.LastIndexByte(pattern.Key[:at], '/')+1])
	return e.addURLs(all, root)
}

// matchesKey tells whether pattern matches the key of an object, or a folder above an
// object that has the name of a table. Hidden names want to be asked for.
func matchesKey(pattern string, o store.URL) bool {
	pattern = strings.TrimSuffix(pattern, "/")
	asked, names := strings.Split(pattern, "/"), strings.Split(o.Key, "/")
	if len(names) < len(asked) || strings.HasSuffix(o.Key, "/") {
		return false
	}
	above := strings.Join(names[:len(asked)], "/")
	if ok, _ := path.Match(pattern, above); !ok || passesHidden(above, pattern) {
		return false
	}
	below := names[len(asked):]
	return len(below) == 0 || isTable(o) && !slices.ContainsFunc(below, hidden)
}

func badPattern(pattern string) error {
	return fmt.Errorf("%s: the pattern has a [ without its ]: write \\[ where it is meant so, or name the file", pattern)
}
