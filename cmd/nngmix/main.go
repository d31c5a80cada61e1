// Command nngmix makes pseudo-anomalies from a table with few labeled anomalies
// and many unlabeled rows, and measures what they are worth.
package main

import (
	"os"

	"github.com/nngmix/nngmix/cmd/nngmix/program"
)

func main() { os.Exit(program.Main(os.Args[1:])) }
