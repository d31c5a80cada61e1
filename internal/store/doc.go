// Package store finds, reads and writes objects by URL: s3://bucket/key, and what
// else a driver was registered for. It knows no cloud by itself; what it says of URLs
// and what readers ask of an object is here, drivers are linked where their weight is
// wanted ([Register]).
//
// A URL is scheme://bucket/key?name=value&... . The key stands as it is, without
// %20 and the like, as the clouds' own tools take it. What stands behind the first
// question mark that name= follows are parameters for the driver; any other question
// mark belongs to the key or pattern.
//
// file:// is no store: [Local] returns the path.
package store
