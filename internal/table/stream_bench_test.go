package table

import (
	"context"
	"os"
	"testing"
)

// BenchmarkStream goes through the file that NNGMIX_TABLE names, by ReadParts and in
// batches.
func BenchmarkStream(b *testing.B) {
	path := os.Getenv("NNGMIX_TABLE")
	if path == "" {
		b.Skip("NNGMIX_TABLE names no file")
	}
	parts := []Part{{Path: path}}
	b.Run("way=whole", func(b *testing.B) {
		for b.Loop() {
			if _, err := ReadParts(context.Background(), parts, ReadOptions{Threads: 2}); err != nil {
				b.Fatal(err)
			}
		}
	})
	opt := StreamOptions{ReadOptions: ReadOptions{Threads: 2}}
	b.Run("way=open", func(b *testing.B) {
		for b.Loop() {
			s, err := OpenStream(context.Background(), parts, opt)
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("way=each", func(b *testing.B) {
		s, err := OpenStream(context.Background(), parts, opt)
		if err != nil {
			b.Fatal(err)
		}
		defer s.Close()
		for b.Loop() {
			if err := s.Each(context.Background(), nil, func(int, []Column) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
