// Runs usearch from its npm package, which holds it compiled: one request per line on
// stdin, one answer per line on stdout, as process.go describes. Arguments: K, M,
// efConstruction, a folder to write to. Queries are searched as one batch.
//
// The package sets efSearch for good when an index is made, so each value gets an
// index of its own, read from the file that the first one is saved to.
const fs = require("fs");
const path = require("path");
const readline = require("readline");
const { Index } = require("usearch");

const [k, m, efConstruction] = process.argv.slice(2, 5).map(Number);
const saved = path.join(process.argv[5], "usearch.index");
const state = { index: null, ef: 0, dim: 0 };

function make(ef) {
  return new Index({
    metric: "l2sq", dimensions: state.dim, connectivity: m, expansion_add: efConstruction,
    expansion_search: ef, quantization: "f32", multi: false,
  });
}

function floats(file) {
  const bytes = fs.readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

function build(file, dim, threads) {
  Object.assign(state, { index: null, ef: 10, dim: Number(dim) });
  const rows = floats(file);
  const ids = BigUint64Array.from({ length: rows.length / state.dim }, (_, i) => BigInt(i));
  const start = performance.now();
  state.index = make(state.ef);
  state.index.add(ids, rows, Number(threads));
  const seconds = (performance.now() - start) / 1000;
  state.index.save(saved);
  return seconds;
}

function search(file, ef, threads, repeats, out) {
  if (Number(ef) !== state.ef) {
    state.index = null;
    global.gc();
    state.ef = Number(ef);
    state.index = make(state.ef);
    state.index.load(saved);
  }
  const queries = floats(file);
  let found;
  const start = performance.now();
  for (let i = 0; i < Number(repeats); i++) found = state.index.search(queries, k, Number(threads));
  const seconds = (performance.now() - start) / 1000 / Number(repeats);
  if (out !== "-") {
    const ids = new BigInt64Array(found.keys.length).fill(-1n);
    found.counts.forEach((n, q) => {
      for (let i = q * k; i < q * k + Number(n); i++) ids[i] = BigInt(found.keys[i]);
    });
    fs.writeFileSync(out, new Uint8Array(ids.buffer));
  }
  return seconds;
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const [what, ...args] = line.split(" ");
  try {
    const seconds = { build, search }[what](...args);
    global.gc(); // only the index counts as resident
    console.log(seconds);
  } catch (e) {
    console.log("error " + String(e).replaceAll("\n", " "));
  }
});
