#include "keys/pkcs11/uri.h"

#include <gtest/gtest.h>

namespace boltseal::keys::pkcs11 {
namespace {

TEST(Pkcs11Uri, SaysTokenKeyModuleAndPin) {
  const auto uri = parse_uri(
      "pkcs11:token=My%20token;serial=12;model=m;manufacturer=Some%20one;object=key%201;id=%00%ff;type="
      "private"
      "?module-path=/usr/lib/m.so&pin-source=file:/etc/pin");
  ASSERT_TRUE(uri) << uri.error().what();
  EXPECT_EQ(uri->token, "My token");
  EXPECT_EQ(uri->serial, "12");
  EXPECT_EQ(uri->model, "m");
  EXPECT_EQ(uri->manufacturer, "Some one");
  EXPECT_EQ(uri->object, "key 1");
  EXPECT_EQ(uri->id, (Bytes{0, 0xff}));
  EXPECT_EQ(uri->module_path, "/usr/lib/m.so");
  EXPECT_EQ(uri->pin_file, "/etc/pin");
  for (const char* pin : {"pkcs11:?pin-source=/etc/pin", "pkcs11:?pin-source=file:///etc/pin"})
    EXPECT_EQ(parse_uri(pin)->pin_file, "/etc/pin");
  const auto none = parse_uri("pkcs11:");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->token || none->serial || none->object || none->id);
}

TEST(Pkcs11Uri, RefusesWhatItDoesNotUnderstand) {
  for (const char* bad : {"",
                          "token=a",
                          "PKCS11:token=a",
                          "pkcs11:token",
                          "pkcs11:=a",
                          "pkcs11:token=a;token=b",
                          "pkcs11:id=1;id=2",
                          "pkcs11:id=",
                          "pkcs11:token=%zz",
                          "pkcs11:token=a%00",
                          "pkcs11:token=a;",
                          "pkcs11:slot-id=1",
                          "pkcs11:unknown=1",
                          "pkcs11:type=cert",
                          "pkcs11:token=a?module-path=m.so",
                          "pkcs11:?module-name=m",
                          "pkcs11:?pin-source=pin",
                          "pkcs11:?pin-source=|/bin/sh",
                          "pkcs11:?module-path=/a&module-path=/b",
                          "pkcs11:?module-path=/a&"})
    EXPECT_EQ(parse_uri(bad).has_value() ? ErrorCode::internal : parse_uri(bad).error().code(),
              ErrorCode::bad_config)
        << bad;
  EXPECT_EQ(parse_uri("pkcs11:" + std::string(5000, 'a')).error().code(), ErrorCode::bad_config);
}

TEST(Pkcs11Uri, APinHasNoPlaceInIt) {
  const auto refused = parse_uri("pkcs11:token=a?pin-value=4711");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what().find("4711"), std::string::npos);
  EXPECT_NE(refused.error().what().find("pin-source"), std::string::npos);
}

}  // namespace
}  // namespace boltseal::keys::pkcs11
