// Package lint holds tests of the module as a whole. Its one test so far keeps
// the arrows between packages: which of them may import which.
package lint
