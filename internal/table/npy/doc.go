// Package npy reads and writes NumPy's array files: .npy, one array, and .npz, a
// zip archive of them (NumPy enhancement proposal 1; format versions 1.0 to 3.0).
//
// Arrays hold booleans, integers and floating-point numbers of 1 to 8 bytes, in
// either byte order and in C or Fortran order; what is read comes as one
// row-major slice in the machine's byte order. Arrays of text are read value by
// value. Object arrays, which are Python pickles, are refused, since loading one
// runs the code it holds; so are dates, complex numbers and records.
//
// Headers and archive directories are not trusted: nothing is allocated before
// the size that they claim is found to be possible for the bytes that are there.
package npy
