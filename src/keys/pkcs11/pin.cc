#include <sys/stat.h>

#include "base/files.h"
#include "base/untrusted.h"
#include "keys/pkcs11/token.h"

namespace boltseal::keys::pkcs11 {

Result<Secret> read_pin_file(const std::string& path) {
  struct stat status{};
  std::string text = BS_TRY(read_file(path, 4096));
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    wipe_string(text);
    return fail(ErrorCode::bad_config, "the file of the token's PIN, " + path + ", can be read by others",
                "chmod 600 " + path);
  }
  Secret pin = Secret::of_text(std::string_view(text).substr(0, text.find_first_of("\r\n")));
  wipe_string(text);
  if (!pin.empty()) return pin;
  return fail(ErrorCode::no_passphrase, "the file of the token's PIN, " + path + ", is empty",
              "write the PIN into it");
}

PinSource pin_of(const Uri& uri) {
  return [path = uri.pin_file]() -> Result<Secret> {
    if (!path.empty()) return read_pin_file(path);
    return fail(ErrorCode::no_passphrase, "the token demands a PIN, and none is given",
                "add pin-source=file:/path to the PKCS#11 URI, after a question mark");
  };
}

}  // namespace boltseal::keys::pkcs11
