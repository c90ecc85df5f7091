#include "http/grpc.h"

#include <gtest/gtest.h>

namespace boltseal::http::grpc {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

TEST(Grpc, FramesOneMessage) {
  EXPECT_EQ(frame("abc"), "\0\0\0\0\3abc"s);
  EXPECT_EQ(frame(""), "\0\0\0\0\0"s);
  EXPECT_EQ(frame(std::string(0x10203, 'x')).substr(0, 5), "\0\0\1\2\3"s);
  EXPECT_EQ(unframe("\0\0\0\0\3abc"s, 3).value(), "abc");
  EXPECT_EQ(unframe("\0\0\0\0\0"s, 0).value(), "");
}

TEST(Grpc, RefusesEveryOtherFrame) {
  const struct {
    std::string body;
    ErrorCode code;
  } cases[] = {
      {"", ErrorCode::bad_format},
      {"\0"s, ErrorCode::bad_format},
      {"\0\0\0\0"s, ErrorCode::bad_format},
      {"\0\0\0\0\3ab"s, ErrorCode::bad_format},
      {"\0\0\0\0\3abcd"s, ErrorCode::bad_format},
      {"\0\0\0\0\1a\0\0\0\0\1b"s, ErrorCode::bad_format},
      {"\2\0\0\0\1a"s, ErrorCode::bad_format},
      {"\1\0\0\0\1a"s, ErrorCode::usage},
      {"\1"s, ErrorCode::usage},
      {"\0\0\0\0\5abcde"s, ErrorCode::limit_exceeded},
      {"\0\xff\xff\xff\xff"s, ErrorCode::limit_exceeded},
  };
  for (const auto& c : cases) {
    const auto message = unframe(c.body, 4);
    ASSERT_FALSE(message) << c.body.size();
    EXPECT_EQ(message.error().code(), c.code) << message.error().what();
  }
}

TEST(Grpc, KnowsItsContentType) {
  for (const char* good : {"application/grpc", "application/grpc+proto", "application/grpc; a=b"})
    EXPECT_TRUE(is_grpc(good)) << good;
  for (const char* bad :
       {"", "application/grpc-web", "application/grpcx", "application/grpc+json", "text/plain"})
    EXPECT_FALSE(is_grpc(bad)) << bad;
}

TEST(Grpc, ReadsStatuses) {
  EXPECT_EQ(parse_status("0"), Status::ok);
  EXPECT_EQ(parse_status("16"), Status::unauthenticated);
  for (const char* bad : {"", "17", "-1", "x", "1x", " 1", "4294967296"})
    EXPECT_FALSE(parse_status(bad)) << bad;
  EXPECT_EQ(status_text(Status::unimplemented), "12");
}

TEST(Grpc, EncodesMessages) {
  EXPECT_EQ(encode_message("key 00 not found"), "key 00 not found");
  EXPECT_EQ(encode_message("50% \n\xc3\xa9"), "50%25 %0A%C3%A9");
  EXPECT_EQ(encode_message(std::string(5000, 'x')).size(), 1024u);
  EXPECT_EQ(decode_message("50%25 %0a%C3%A9"), "50% \n\xc3\xa9");
  EXPECT_EQ(decode_message("%"), "%");
  EXPECT_EQ(decode_message("%4"), "%4");
  EXPECT_EQ(decode_message("%zz%41"), "%zzA");
}

TEST(Grpc, ReadsTimeouts) {
  EXPECT_EQ(parse_timeout("10S"), 10s);
  EXPECT_EQ(parse_timeout("1H"), 1h);
  EXPECT_EQ(parse_timeout("2M"), 2min);
  EXPECT_EQ(parse_timeout("99999999m"), 99999999ms);
  EXPECT_EQ(parse_timeout("7u"), 7us);
  EXPECT_EQ(parse_timeout("7n"), 7ns);
  EXPECT_EQ(parse_timeout("0n"), 0ns);
  EXPECT_GT(parse_timeout("99999999H").value(), 24h * 36000);
  for (const char* bad : {"", "S", "1", "1s", "-1S", "+1S", "123456789S", "1.5S", " 1S"})
    EXPECT_FALSE(parse_timeout(bad)) << bad;
  EXPECT_EQ(timeout_text(1500ms), "1500m");
  EXPECT_EQ(timeout_text(0ms), "1m");
  EXPECT_EQ(timeout_text(100000000ms), "99999999m");
}

}  // namespace
}  // namespace boltseal::http::grpc
