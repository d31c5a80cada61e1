// Package eval measures what pseudo-anomalies and approximate search are worth:
// how well detectors trained on augmented tables rank anomalies, how much of the
// exact answer a search returns, and how fast.
//
// A study of detectors follows the protocol of ADBench (Han et al., ADBench:
// Anomaly Detection Benchmark, NeurIPS 2022) as the NNG-Mix paper uses it (Dong et
// al., arXiv 2311.11961, 2023): [Protocol] draws a [Split] of a [Dataset], which
// becomes the scaled rows of a [Task].
//
// Rows are stored row-major: column j of row i stands at i·dim+j. Scores are
// higher for rows that look more anomalous.
package eval
