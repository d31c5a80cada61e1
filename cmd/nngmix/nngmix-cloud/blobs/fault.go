package blobs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	smithy "github.com/aws/smithy-go/transport/http"
	"github.com/nngmix/nngmix/internal/store"
	"gocloud.dev/gcerrors"
	"google.golang.org/api/googleapi"
)

// access says what each cloud's tools take credentials from.
var access = map[string]string{
	"s3":     "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as for the aws command; ?anonymous=true reads what is public",
	"gs":     "set GOOGLE_APPLICATION_CREDENTIALS, or run gcloud auth application-default login; ?anonymous=true reads what is public",
	"azblob": "set AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_CONNECTION_STRING, or run az login",
}

// signs are texts of errors that have no code, and what they mean.
var signs = []struct{ text, what string }{
	{"failed to refresh cached credentials", "no credentials were found"},
	{"failed to retrieve credentials", "no credentials were found"},
	{"could not find default credentials", "no credentials were found"},
	{"DefaultAzureCredential", "no credentials were found"},
	{"failed to get shared config profile", "there is no such AWS_PROFILE"},
	{"AccountName is required", "the storage account is not known"},
}

// regions are those of errors about where a bucket is.
var regions = []string{"Missing Region", "A region must be set", "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraint"}

// fault returns what explain does, with the URL before it.
func fault(b *bucket, at store.URL, err error) error {
	if err = explain(b, at, err); err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%s: %w", at, err)
}

// explain says what an error of a cloud means and what to do, and marks it final
// where another try does not help. b is nil where the bucket could not even be opened.
func explain(b *bucket, at store.URL, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	for _, sign := range signs {
		if strings.Contains(err.Error(), sign.text) {
			return final("%s: %s (%w)", sign.what, access[at.Scheme], err)
		}
	}
	for _, text := range regions {
		if strings.Contains(err.Error(), text) {
			return final("%s (%w)", elsewhere, err)
		}
	}
	if b == nil {
		return store.Final(err)
	}
	status, code := b.status(err), gcerrors.Code(err)
	switch {
	case status == http.StatusPreconditionFailed, status == http.StatusRequestedRangeNotSatisfiable, code == gcerrors.FailedPrecondition:
		return store.Final(store.ErrChanged)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == 0 && code == gcerrors.PermissionDenied:
		return final("access denied: %s (%w)", access[at.Scheme], err)
	case status == http.StatusNotFound, status == 0 && code == gcerrors.NotFound && !strings.Contains(err.Error(), "no such host"):
		return store.Final(errNotExist)
	case at.Scheme == "s3" && (status == http.StatusMovedPermanently || status == http.StatusBadRequest): // a HEAD says no more
		return final("%s (%w)", elsewhere, err)
	case status == http.StatusNotImplemented: // old servers do not know If-None-Match
		return final("the store cannot do that; where it is to write, --force asks less of it (%w)", err)
	case status == 0, status >= 500, status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return fmt.Errorf("the store fails, or does not answer: %w", err)
	}
	return store.Final(err)
}

const elsewhere = "the region of the bucket may be another one: set AWS_REGION or ?region="

func final(format string, args ...any) error { return store.Final(fmt.Errorf(format, args...)) }

// status returns the code that the server answered with, 0 for no answer.
func (b *bucket) status(err error) int {
	var amazon *smithy.ResponseError
	var google *googleapi.Error
	var azure *azcore.ResponseError
	switch {
	case errors.As(err, &amazon), b.ErrorAs(err, &amazon):
		return amazon.HTTPStatusCode()
	case errors.As(err, &google), b.ErrorAs(err, &google):
		return google.Code
	case errors.As(err, &azure), b.ErrorAs(err, &azure):
		return azure.StatusCode
	}
	return 0
}

// errNotExist is fs.ErrNotExist in other words.
var errNotExist error = notExist{}

type notExist struct{}

func (notExist) Error() string        { return "no such object" }
func (notExist) Is(target error) bool { return target == fs.ErrNotExist }
