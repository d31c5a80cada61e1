// Package planner chooses how the nearest neighbors of given queries are found:
// by brute force, by a tree, or by a graph, built for them or given.
//
//	request := planner.DefaultRequest()
//	request.Rows, request.Dim, request.Queries, request.K = rows, dim, queries, 10
//	plan, err := planner.New(ctx, request)
//	result, outcome, err := plan.Run(ctx)
//
// It adds up what each method takes to build and to answer: costs measured once
// on a reference machine, multiplied by how slow this machine is (see
// [ThisMachine]), for these rows and queries: how many of them are distinct, what
// some of the queries visit in trees over samples of the rows, and how wide their
// searches must be in a graph of a sample. The cheapest method that may be used
// wins. Run measures the first queries and changes to another method where the
// choice was wrong.
//
// # Answers
//
// With a recall target of 1, the default, all methods give the same answer, bit for
// bit: that of package exact. The choice, which depends on the machine and the
// moment, changes the time taken and nothing else. With a lower target the graph
// may be chosen, and then it does change the answer: equal requests may get
// different neighbors on different machines, each with the recall asked for. For
// answers that are approximate and the same on every machine, set Method to Graph
// and give an EfSearch; for exact ones leave the target at 1.
//
// A few thousand queries among some hundred thousand rows, as NNG-Mix has them, are
// answered exactly in less time than a graph takes to build.
package planner
