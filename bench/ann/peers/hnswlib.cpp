// Runs hnswlib: one request per line on stdin, one answer per line on stdout, as
// process.go describes. Arguments: K, M, efConstruction.
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <malloc.h>

using Graph = hnswlib::HierarchicalNSW<float>;

static std::vector<float> read_floats(const std::string &path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<float> values(size_t(in.tellg()) / sizeof(float));
  in.seekg(0);
  in.read(reinterpret_cast<char *>(values.data()), std::streamsize(values.size() * sizeof(float)));
  return values;
}

// Calls work(i) for all i below n, from the given number of threads.
template <typename F> static void parallel(size_t n, size_t threads, F work) {
  std::atomic<size_t> next{0};
  auto loop = [&] { for (size_t i; (i = next++) < n;) work(i); };
  std::vector<std::thread> others;
  for (size_t t = 1; t < threads; t++) others.emplace_back(loop);
  loop();
  for (auto &t : others) t.join();
}

template <typename F> static double timed(F work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const size_t k = std::stoul(argv[1]), m = std::stoul(argv[2]), ef_construction = std::stoul(argv[3]);
  size_t dim = 0;
  std::unique_ptr<hnswlib::L2Space> space;
  std::unique_ptr<Graph> graph;

  auto build = [&](std::istream &args) {
    std::string file;
    size_t threads;
    args >> file >> dim >> threads;
    graph.reset();
    space = std::make_unique<hnswlib::L2Space>(dim);
    double seconds;
    {
      const std::vector<float> rows = read_floats(file);
      const size_t n = rows.size() / dim;
      seconds = timed([&] {
        graph = std::make_unique<Graph>(space.get(), n, m, ef_construction);
        graph->addPoint(rows.data(), 0); // the first alone: it becomes the entry point
        parallel(n - 1, threads, [&](size_t i) { graph->addPoint(&rows[(i + 1) * dim], i + 1); });
      });
    }
    malloc_trim(0); // only the index counts as resident
    return seconds;
  };

  auto search = [&](std::istream &args) {
    std::string file, out;
    size_t ef, threads, repeats;
    args >> file >> ef >> threads >> repeats >> out;
    const std::vector<float> queries = read_floats(file);
    const size_t n = queries.size() / dim;
    std::vector<int64_t> ids(n * k, -1);
    graph->setEf(ef);
    const double seconds = timed([&] {
      for (size_t r = 0; r < repeats; r++)
        parallel(n, threads, [&](size_t q) {
          auto found = graph->searchKnn(&queries[q * dim], k);
          for (size_t i = 0; !found.empty(); i++, found.pop()) ids[q * k + i] = int64_t(found.top().second);
        });
    });
    if (out != "-")
      std::ofstream(out, std::ios::binary).write(reinterpret_cast<char *>(ids.data()), std::streamsize(ids.size() * sizeof(int64_t)));
    return seconds / double(repeats);
  };

  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream args(line);
    std::string what;
    args >> what;
    try {
      std::cout << (what == "build" ? build(args) : search(args)) << std::endl;
    } catch (const std::exception &e) {
      std::cout << "error " << e.what() << std::endl;
    }
  }
}
