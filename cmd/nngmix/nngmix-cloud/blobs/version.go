package blobs

import (
	"fmt"
	"strconv"

	"cloud.google.com/go/storage"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azblob "github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
)

// version is the one of an object that is read. Stores refuse to send another.
type version struct {
	name       string
	etag       string
	generation int64 // of Google
}

func versionOf(of *blob.Attributes) version {
	v := version{etag: of.ETag}
	var google storage.ObjectAttrs
	if of.As(&google) {
		v.generation = google.Generation
	}
	v.name = fmt.Sprintf("%s %d %d %s", v.etag, of.Size, of.ModTime.UnixNano(), strconv.FormatInt(v.generation, 10))
	return v
}

// pin makes a request be one for this version.
func (v version) pin(as func(any) bool) error {
	var amazon *s3.GetObjectInput
	var google **storage.ObjectHandle
	var azure *azblob.DownloadStreamOptions
	switch {
	case as(&amazon):
		if v.etag != "" {
			amazon.IfMatch = &v.etag
		}
	case as(&google):
		if v.generation != 0 {
			*google = (*google).Generation(v.generation).If(storage.Conditions{GenerationMatch: v.generation})
		}
	case as(&azure):
		if v.etag != "" {
			tag := azcore.ETag(v.etag)
			azure.AccessConditions = &azblob.AccessConditions{ModifiedAccessConditions: &azblob.ModifiedAccessConditions{IfMatch: &tag}}
		}
	}
	return nil
}
