// Package generator makes pseudo-anomalies from a few labeled anomalies and many
// unlabeled rows, by NNG-Mix and by the methods it is compared with.
//
//   - nng-mix: with probability ½ a weighted mean of a labeled anomaly and one of
//     its K nearest unlabeled rows, otherwise of a labeled anomaly and another of
//     its KLabeled nearest labeled anomalies; noise on both parents (Dong,
//     Frusque, Zhao, Chatzi and Fink, NNG-Mix: Improving Semi-supervised Anomaly
//     Detection with Pseudo-anomaly Generation, arXiv 2311.11961, 2023)
//   - mixup: a weighted mean of a labeled anomaly and any other row (Zhang, Cisse,
//     Dauphin and Lopez-Paz, mixup: Beyond Empirical Risk Minimization, ICLR 2018)
//   - cutmix: a labeled anomaly with a window of columns of any other row (Yun et
//     al., CutMix, ICCV 2019)
//   - cutout: any row with a window of columns set to the minimum (DeVries and
//     Taylor, Improved Regularization of CNNs with Cutout, arXiv 1708.04552, 2017)
//   - gaussian: a labeled anomaly with noise
//   - smote: a point between a labeled anomaly and one of its nearest labeled
//     anomalies (Chawla et al., SMOTE, JAIR 16, 2002)
//   - oversample: a copy of a labeled anomaly, the control that tells how much
//     the others add
//
// # Spaces
//
// Rows come in and samples go out in the user's units, as float64. Distances and
// noise live in search space, where column j of x is (x[j]-Min)/(Max-Min) as
// float32, and 0 where Max equals Min: there NoiseStd is a share of each column's
// range, and a constant column stays constant. Nominal columns hold category
// codes: two codes are 0 or 1 apart in squared distance, a sample has one
// parent's code (that of Source with probability Lambda, drawn for each column),
// and neither noise nor cutout touches them.
//
// # Missing values
//
// In a column with Gaps a row may lack its value, which is NaN. Neighbors are
// searched for as if it were Fill. A sample lacks the column where its only parent
// does. Of two parents, one of which lacks the value, a draw for each column names
// Source with probability Lambda, and Other otherwise; the sample lacks the value
// where the named one does, and has the named one's value else, with noise as other
// columns have it. cutout and cutmix write nothing where their window covers a
// missing value. These draws are a stream of their own, so that a table without
// gaps gives the same samples whether Gaps allows them or not.
//
// # Values to keep
//
// NoiseGaussian is the reference: a mixture x of values a and b becomes
// x + NoiseStd·width·spread·e in every numeric column, where e is standard normal,
// width is Max-Min, and spread is √(Lambda²+(1-Lambda)²), or 1 for gaussian. Where
// most rows are 0, say, hardly a sample is, and half of those between are below it.
// NoiseKeep differs in this:
//
//   - where a equals b, the sample has that value
//   - where a or b is on a mass (Min with MassMin, Max with MassMax), the sample has
//     one of the two values, a with probability Lambda, and no noise
//   - noise that would pass a mass is folded back: x below Min becomes 2·Min-x
//   - a copy of one row has no noise where it is on a mass
//
// So a mass has the share in samples that it has among their parents, weighted by
// Lambda. This holds for mixup and smote too, which have no noise.
//
// # Reproducibility
//
// Sample i is a pure function of the data, the options and i: not of Threads, of
// the order of calls or of the instruction set. [Generator.Sample] allocates
// nothing and is safe for concurrent use.
package generator
