// The words of configuration files and what they stand for; read and printed from the same tables. Internal.
#pragma once

#include "daemon/config.h"

namespace boltseal::daemon {

template <typename E>
using Word = std::pair<std::string_view, E>;

inline constexpr Word<log::Level> kLevels[] = {{"debug", log::Level::debug},
                                               {"info", log::Level::info},
                                               {"warning", log::Level::warning},
                                               {"error", log::Level::error},
                                               {"off", log::Level::off}};
inline constexpr Word<StorageKind> kStorageKinds[] = {{"sqlite", StorageKind::sqlite},
                                                      {"memory", StorageKind::memory},
                                                      {"postgres", StorageKind::postgres},
                                                      {"mysql", StorageKind::mysql}};
inline constexpr Word<DatabaseKind> kDatabaseKinds[] = {{"postgres", DatabaseKind::postgres},
                                                        {"mysql", DatabaseKind::mysql}};
inline constexpr Word<Consistency> kConsistencies[] = {{"notify", Consistency::notify},
                                                       {"strict", Consistency::strict}};
inline constexpr Word<KeyPlace> kKeyPlaces[] = {{"vault", KeyPlace::vault},
                                                {"memory", KeyPlace::memory},
                                                {"notary_database", KeyPlace::notary_database},
                                                {"remote", KeyPlace::remote},
                                                {"pkcs11", KeyPlace::pkcs11},
                                                {"signer", KeyPlace::signer}};
inline constexpr Word<KeyPlace> kSignerKeyPlaces[] = {{"vault", KeyPlace::vault},
                                                      {"memory", KeyPlace::memory},
                                                      {"notary_database", KeyPlace::notary_database},
                                                      {"pkcs11", KeyPlace::pkcs11}};
inline constexpr Word<crypto::KeyAlgorithm> kAlgorithms[] = {{"ecdsa", crypto::KeyAlgorithm::ecdsa_p256},
                                                             {"ed25519", crypto::KeyAlgorithm::ed25519}};
inline constexpr Word<AuthKind> kAuthKinds[] = {
    {"none", AuthKind::none}, {"token", AuthKind::token}, {"htpasswd", AuthKind::htpasswd}};
inline constexpr Word<ForeignRollback> kRollbacks[] = {{"refuse", ForeignRollback::refuse},
                                                       {"log", ForeignRollback::log}};

}  // namespace boltseal::daemon
