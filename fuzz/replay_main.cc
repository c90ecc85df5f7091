// Replays stored inputs through a fuzz target without libFuzzer: the arguments are files or folders.
// Fails when an input crashes, or when the first argument holds no input at all (a corpus that got
// lost must not pass).
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

bool replay(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (in.bad()) {
    std::fprintf(stderr, "cannot read %s\n", file.c_str());
    return false;
  }
  // An exact copy on the heap: a read past the end is seen by the sanitizers.
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t done = 0;
  for (int i = 1; i < argc; ++i) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(argv[i], ignored)) {
      if (!replay(argv[i])) return 1;
      ++done;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[i], ignored)) {
      if (!entry.is_regular_file()) continue;
      if (!replay(entry.path())) return 1;
      ++done;
    }
    if (i == 1 && done == 0) {
      std::fprintf(stderr, "no input in %s\n", argv[1]);
      return 1;
    }
  }
  std::printf("%zu inputs replayed\n", done);
  return done == 0 ? 1 : 0;
}
