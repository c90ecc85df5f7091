#include "keys/pkcs11/module.h"

#include <map>
#include <mutex>

#include "base/dynlib.h"
#include "base/untrusted.h"

namespace boltseal::keys::pkcs11 {
namespace {

struct Loaded {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<const Module>> modules;
};
Loaded& loaded() {
  static Loaded* const all = new Loaded;  // outlives whoever signs at the program's end
  return *all;
}

template <std::size_t N>
bool fits(const std::optional<std::string>& wanted, const unsigned char (&field)[N]) {
  return !wanted || *wanted == field_text(field, N);
}

bool fits(const Uri& uri, const ck_token_info& info) {
  return (info.flags & CKF_TOKEN_INITIALIZED) != 0 && fits(uri.token, info.label) &&
         fits(uri.serial, info.serial_number) && fits(uri.manufacturer, info.manufacturer_id) &&
         fits(uri.model, info.model);
}

std::string named(const ck_token_info& info) {
  return "\"" + escape_untrusted(field_text(info.label, sizeof info.label)) + "\" (serial " +
         escape_untrusted(field_text(info.serial_number, sizeof info.serial_number)) + ")";
}

}  // namespace

Result<std::shared_ptr<const Module>> Module::open(const std::string& path) {
  if (path.empty())
    return fail(ErrorCode::bad_config, "no PKCS#11 module is named",
                "add ?module-path=/path/to/module.so to the PKCS#11 URI");
  Loaded& all = loaded();
  const std::lock_guard lock(all.mutex);
  if (const auto known = all.modules.find(path); known != all.modules.end()) return known->second;
  const auto library =
      BS_TRY(DynamicLibrary::open({path.c_str()}, "of the token's vendor (opensc, softhsm2, ...)"));
  const auto get = BS_TRY(library.symbol<CK_C_GetFunctionList>("C_GetFunctionList"));
  ck_function_list* calls = nullptr;
  if (const ck_rv_t code = get(&calls); code != CKR_OK || calls == nullptr)
    return fail(cryptoki_error(code, "opening the PKCS#11 module " + path));
  ck_c_initialize_args arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const ck_rv_t code = calls->C_Initialize(&arguments);
  if (code != CKR_OK && code != CKR_CRYPTOKI_ALREADY_INITIALIZED)
    return fail(cryptoki_error(code, "starting the PKCS#11 module " + path));
  const std::shared_ptr<const Module> module(new Module(calls));
  all.modules.emplace(path, module);
  return module;
}

Result<std::vector<ck_slot_id_t>> Module::slots() const {
  constexpr unsigned long kMost = 256;
  unsigned long count = 0;
  if (const ck_rv_t code = calls_->C_GetSlotList(1, nullptr, &count); code != CKR_OK)
    return fail(cryptoki_error(code, "looking for tokens"));
  std::vector<ck_slot_id_t> out(std::min(count, kMost));
  count = out.size();
  if (count == 0) return out;
  if (const ck_rv_t code = calls_->C_GetSlotList(1, out.data(), &count); code != CKR_OK)
    return fail(cryptoki_error(code, "looking for tokens"));
  out.resize(std::min<std::size_t>(count, out.size()));
  return out;
}

Result<Module::Found> Module::find_token(const Uri& uri) const {
  std::vector<Found> fitting;
  std::string others;
  for (const ck_slot_id_t slot : BS_TRY(slots())) {
    Found found{slot, {}};
    if (calls_->C_GetTokenInfo(slot, &found.info) != CKR_OK) continue;  // just removed
    if (fits(uri, found.info)) {
      fitting.push_back(found);
    } else if ((found.info.flags & CKF_TOKEN_INITIALIZED) != 0 && others.size() < 400) {
      others += (others.empty() ? "" : ", ") + named(found.info);
    }
  }
  if (fitting.size() == 1) return fitting[0];
  const std::string wanted = uri.token ? " \"" + escape_untrusted(*uri.token) + "\"" : std::string();
  if (fitting.empty())
    return fail(ErrorCode::key_missing, "the token" + wanted + " is not there",
                others.empty() ? "insert it; no other token is there" : "insert it; there are: " + others);
  return fail(ErrorCode::bad_config,
              "several tokens fit" + wanted + ": " + named(fitting[0].info) + ", " + named(fitting[1].info),
              "add serial=... to the PKCS#11 URI");
}

}  // namespace boltseal::keys::pkcs11
