#include "vault/sealing_key.h"

#include <sys/stat.h>

#include "base/encoding.h"
#include "crypto/seal.h"

namespace boltseal::vault {
namespace {

std::string full_path(const Directory& keys) { return keys.path() + "/" + std::string(kSealingKeyFile); }

tl::unexpected<Error> bad_file(const Directory& keys, const char* what, std::string hint = {}) {
  return fail(ErrorCode::bad_key, "sealing key " + full_path(keys) + " " + what, std::move(hint));
}

}  // namespace

Result<Secret> read_sealing_key(const Directory& keys) {
  constexpr std::size_t kDigits = 2 * crypto::kSealingKeyBytes;
  std::string text = BS_TRY(keys.read(kSealingKeyFile, 4096));
  struct stat status{};
  if (::lstat(full_path(keys).c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    wipe_string(text);
    return bad_file(keys, "is no regular file");
  }
  if ((status.st_mode & 077) != 0) {
    wipe_string(text);
    return bad_file(keys, "can be read by others", "chmod 600 " + full_path(keys));
  }
  std::string_view digits = text;
  if (digits.ends_with('\n')) digits.remove_suffix(1);
  auto decoded = hex_decode(digits);
  const bool good = decoded && digits.size() == kDigits;
  Secret key = good ? Secret(ByteView(*decoded)) : Secret();
  if (decoded) wipe_memory(decoded->data(), decoded->size());
  wipe_string(text);
  if (!good)
    return bad_file(keys, "holds no key of 64 hexadecimal digits", "restore it from where you keep its copy");
  return key;
}

Result<Secret> make_sealing_key(const Directory& keys, crypto::Random& random) {
  Secret key(crypto::kSealingKeyBytes);
  random.fill({key.data(), key.size()});
  std::string text = hex_encode(key.view()) + "\n";
  const auto written = keys.write_new(kSealingKeyFile, text, 0600);
  wipe_string(text);
  BS_TRY(written);
  return read_sealing_key(keys);
}

}  // namespace boltseal::vault
