#include "keys/pkcs11/cryptoki.h"

#include <fmt/core.h>

namespace boltseal::keys::pkcs11 {
namespace {

struct Meaning {
  ck_rv_t code;
  ErrorCode error;
  const char* what;
  const char* hint;
};

constexpr Meaning kMeanings[] = {
    {CKR_PIN_INCORRECT, ErrorCode::bad_passphrase, "the PIN is wrong",
     "correct the PIN; it is not tried again before a restart, since a few wrong ones lock the token"},
    {CKR_PIN_LEN_RANGE, ErrorCode::bad_passphrase, "the PIN has a length that no PIN of this token has",
     "correct the PIN"},
    {CKR_PIN_INVALID, ErrorCode::bad_passphrase, "the PIN has characters that no PIN of this token has",
     "correct the PIN"},
    {CKR_PIN_LOCKED, ErrorCode::bad_passphrase, "the PIN is locked after too many wrong ones",
     "unlock the token with its administration tool (SO PIN or PUK)"},
    {CKR_PIN_EXPIRED, ErrorCode::bad_passphrase, "the PIN has expired",
     "set a new one with the token's tool"},
    {CKR_USER_PIN_NOT_INITIALIZED, ErrorCode::bad_passphrase, "the token has no user PIN yet",
     "set one with the token's administration tool"},
    {CKR_TOKEN_NOT_PRESENT, ErrorCode::key_missing, "the token is not there", "insert it"},
    {CKR_DEVICE_REMOVED, ErrorCode::key_missing, "the token was removed", "insert it again"},
    {CKR_TOKEN_NOT_RECOGNIZED, ErrorCode::key_missing, "the token is not one that the module knows",
     "use the module of the token's vendor"},
    {CKR_SLOT_ID_INVALID, ErrorCode::key_missing, "the token is not there", "insert it"},
    {CKR_SESSION_COUNT, ErrorCode::locked, "the token allows no further session",
     "end other programs that use it"},
    {CKR_DEVICE_MEMORY, ErrorCode::disk_full, "the token's memory is full", "delete keys that are not used"},
    {CKR_TOKEN_WRITE_PROTECTED, ErrorCode::bad_key, "the token is write protected", ""},
    {CKR_MECHANISM_INVALID, ErrorCode::bad_key, "the token cannot do this kind of signature or key",
     "use an ECDSA P-256 key, or another token"},
    {CKR_KEY_HANDLE_INVALID, ErrorCode::key_missing, "the key is no longer on the token", ""},
    {CKR_OBJECT_HANDLE_INVALID, ErrorCode::key_missing, "the key is no longer on the token", ""},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, ErrorCode::bad_key, "the token's key may not sign", ""},
    {CKR_USER_NOT_LOGGED_IN, ErrorCode::bad_passphrase, "the token demands a PIN", "give the PIN"},
    {CKR_USER_ANOTHER_ALREADY_LOGGED_IN, ErrorCode::locked, "somebody else is logged in at the token",
     "end the program that administers the token"},
};

constexpr ck_rv_t kLosses[] = {CKR_SESSION_HANDLE_INVALID,  CKR_SESSION_CLOSED,     CKR_DEVICE_REMOVED,
                               CKR_TOKEN_NOT_PRESENT,       CKR_USER_NOT_LOGGED_IN, CKR_OBJECT_HANDLE_INVALID,
                               CKR_KEY_HANDLE_INVALID,      CKR_DEVICE_ERROR,       CKR_SLOT_ID_INVALID,
                               CKR_CRYPTOKI_NOT_INITIALIZED};

}  // namespace

Error cryptoki_error(ck_rv_t code, std::string what) {
  for (const Meaning& meaning : kMeanings)
    if (meaning.code == code) return Error(meaning.error, what + ": " + meaning.what, meaning.hint);
  return Error(ErrorCode::io_error, fmt::format("{}: the token's module gave error 0x{:x}", what, code),
               "see the documentation of the module");
}

bool is_loss(ck_rv_t code) {
  for (const ck_rv_t loss : kLosses)
    if (loss == code) return true;
  return false;
}

std::string field_text(const unsigned char* field, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(field), size);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  return std::string(text);
}

}  // namespace boltseal::keys::pkcs11
