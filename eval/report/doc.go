// Package report makes one page of what nngmix eval left in a folder, and files of its
// figures and tables.
//
// The page is one HTML file that needs no network and no other file. It reads results.csv
// (nngmix eval auc), recall.csv (eval recall) and tradeoff.csv (eval tradeoff), whichever
// the folder holds, and run.json, which says by what and with which options they were
// made. Figures are SVG drawn here; the same figures, as SVG and PNG, and the tables also go
// to a folder of their own.
//
// The same folder gives the same bytes: nothing on the page depends on the time or on the
// machine that makes it. PNG files may differ in a few pixels between architectures.
package report
