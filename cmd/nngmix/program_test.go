package main

import "github.com/nngmix/nngmix/cmd/nngmix/program"

// What tests of whole command lines call.
var (
	run           = program.Run
	rootCommand   = program.Root
	exitCode      = program.ExitCode
	signalContext = program.SignalContext
)

const (
	exitFailure = program.ExitFailure
	exitUsage   = program.ExitUsage
)
