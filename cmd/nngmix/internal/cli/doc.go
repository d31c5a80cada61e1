// Package cli is what the commands of nngmix share: their common options, the
// errors of a command line, run reports, progress bars and how files are
// written.
package cli
