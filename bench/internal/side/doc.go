// Package side holds what the benchmarks against other software share: the data
// sets and their split into queries and rows, a Python process with the peers,
// and the description of the machine.
//
// The peers are those that a data scientist would take: scipy's cKDTree,
// scikit-learn's NearestNeighbors and faiss's IndexFlatL2, from Debian's
// packages, and NNG-Mix's published per-sample loop. Both sides get the same
// float32 rows, scaled by NumPy in float64, through .npy files.
package side
