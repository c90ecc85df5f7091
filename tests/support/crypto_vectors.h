// Reads tests/vectors/crypto. For tests alone.
#pragma once

#include <fstream>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>

#include "base/bytes.h"
#include "crypto/random.h"

// Where the sources lie; CMake tells each test program.
#ifndef BOLTSEAL_SOURCE_DIR
#define BOLTSEAL_SOURCE_DIR "."
#endif

namespace boltseal::crypto {

inline std::string vector_text(const std::string& name) {
  std::ifstream in(std::string(BOLTSEAL_SOURCE_DIR "/tests/vectors/crypto/") + name, std::ios::binary);
  if (!in) throw std::runtime_error("no vector " + name);  // fails the test by name
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}
inline Bytes vector_bytes(const std::string& name) { return to_bytes(vector_text(name)); }

/// Repeatable: a counter.
class CountingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& octet : out) octet = next_++;
  }

 private:
  std::uint8_t next_ = 1;
};

}  // namespace boltseal::crypto
