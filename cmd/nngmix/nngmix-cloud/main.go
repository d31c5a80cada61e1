// Command nngmix-cloud is nngmix with the drivers of object stores in it: --in and
// --out take s3://, gs:// and azblob:// URLs.
package main

import (
	"os"

	"github.com/nngmix/nngmix/cmd/nngmix/nngmix-cloud/blobs"
	"github.com/nngmix/nngmix/cmd/nngmix/program"
)

func main() {
	blobs.Register()
	os.Exit(program.Main(os.Args[1:]))
}
