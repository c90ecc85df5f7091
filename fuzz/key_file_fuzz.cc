// links: keys
// Key files and bundles of keys: any bytes are read or refused; what is read can be written and read again.
// Encrypted blocks are not opened: key derivation is slow on purpose, and crypto/ has a target of its own.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "crypto/pem.h"
#include "keys/key_file.h"

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace boltseal;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(keys::key_id_of_file(text.substr(0, 100)));
  const auto file = keys::read_key_file(text);
  if (!file) {
    require(file.error().code() == ErrorCode::bad_key || file.error().code() == ErrorCode::limit_exceeded);
    return 0;
  }
  if (!file->encrypted()) {
    keys::Passphrases nobody({});
    const auto key = keys::open_key(file->block, {.role = file->role()}, nobody, nullptr);
    require(key.has_value() || key.error().code() != ErrorCode::internal);
  }
  const auto written = crypto::pem_write(file->block);
  if (!written) return 0;
  const auto again = keys::read_key_file(*written);
  require(again.has_value() && again->role() == file->role() && again->gun() == file->gun() &&
          again->block.der == file->block.der);
  return 0;
}
