//go:build race

package ann

// raceEnabled tells tests that sync.Pool drops some of what is put into it.
const raceEnabled = true
