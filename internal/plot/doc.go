// Package plot draws the figure by which one looks at pseudo-anomalies:
// unlabeled rows in gray, labeled anomalies and pseudo-anomalies over them.
//
// Two columns are drawn as they are. More columns are min-max scaled, as the
// neighbor search scales them, and projected on their first two principal
// components; the axes tell which share of the variance they show. The
// components are those of the input alone, so pictures of several methods over
// one input can be laid side by side.
//
// The same figure, options and machine give the same bytes.
package plot
