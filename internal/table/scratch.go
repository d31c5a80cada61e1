package table

import (
	"errors"
	"fmt"
	"os"
)

// scratch is a file for what is not read again from where it came. Where the system
// lets go of the name of an open file, it is gone with the program, however that ends.
type scratch struct {
	*os.File
	named bool  // Close removes it
	size  int64 // what was written
}

// newScratch makes a file in folder; "": that of the system.
func newScratch(folder string) (*scratch, error) {
	f, err := os.CreateTemp(folder, "nngmix-scratch-")
	if err != nil {
		return nil, fmt.Errorf("a scratch file cannot be made: %w; --scratch DIR names another folder", err)
	}
	return &scratch{File: f, named: os.Remove(f.Name()) != nil}, nil
}

// Write says what can be done where there is no room.
func (s *scratch) Write(p []byte) (int, error) {
	n, err := s.File.Write(p)
	s.size += int64(n)
	if err != nil {
		err = fmt.Errorf("the scratch file cannot be written: %w; --scratch DIR names a folder with more room", err)
	}
	return n, err
}

// Close closes the file and removes it where that was not possible before.
func (s *scratch) Close() error {
	err := s.File.Close()
	if s.named {
		err = errors.Join(err, os.Remove(s.Name()))
	}
	return err
}
