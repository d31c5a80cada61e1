// Package detect holds anomaly detectors that learn from a table in which a few
// rows are labeled as anomalies and the others are not labeled.
//
// The detectors of the NNG-Mix study are mlp, deepsad and deepsad-reference; what
// practitioners would train on an augmented table, logistic, randomforest, gbdt and
// devnet; and what shows how much the labels are worth, iforest, knn, lof and
// ecod, which do not look at labels.
//
// Rows are float32, row-major, usually min-max scaled; none may be NaN or infinite.
// The same rows, labels and seed give the same scores, bit for bit, at any number of
// threads and on any machine.
package detect
